//! NumPy's `.npy` for arrays of any shape: numbers in, f32 out. Bitmaps of drawings have a reader of their own in `datasets`.

use chalkgrad::Shape;

const MAGIC: &[u8] = b"\x93NUMPY";
/// NumPy aligns the data to this many bytes.
const ALIGNMENT: usize = 64;

/// An array, row-major.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Array {
    pub(crate) shape: Shape,
    pub(crate) values: Vec<f32>,
}

/// Why bytes are no array that can be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NpyError {
    #[error("this is not a NumPy file: it does not begin with \\x93NUMPY")]
    WrongMagic,
    #[error("its header cannot be read")]
    Header,
    #[error("it holds numbers of the type {0}; f4, f8, u1, i4 and i8 are read, in little-endian order")]
    WrongType(String),
    #[error("it is in Fortran order; numpy.ascontiguousarray makes it C's")]
    FortranOrder,
    #[error("its shape {shape} needs {expected} bytes, and {found} follow the header")]
    WrongSize { shape: Shape, expected: usize, found: usize },
}

pub(crate) fn read(bytes: &[u8]) -> Result<Array, NpyError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(NpyError::WrongMagic)?;
    let (length, rest) = match rest {
        [1, _, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
        [2 | 3, _, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        _ => return Err(NpyError::Header),
    };
    let (header, data) = rest.split_at_checked(length).ok_or(NpyError::Header)?;
    let header = std::str::from_utf8(header).map_err(|_| NpyError::Header)?;
    let entry = |key: &str| Some(header.split_once(key)?.1.trim_start().strip_prefix(':')?.trim_start());
    if entry("'fortran_order'").ok_or(NpyError::Header)?.starts_with("True") {
        return Err(NpyError::FortranOrder);
    }
    let lengths =
        entry("'shape'").and_then(|text| Some(text.strip_prefix('(')?.split_once(')')?.0)).ok_or(NpyError::Header)?;
    let lengths = lengths.split(',').map(str::trim).filter(|length| !length.is_empty());
    let shape: Vec<usize> = lengths.map(str::parse).collect::<Result<_, _>>().map_err(|_| NpyError::Header)?;
    let shape = Shape::from(shape);
    let kind = entry("'descr'").and_then(|text| text.strip_prefix('\'')?.split_once('\'')).ok_or(NpyError::Header)?.0;
    let (width, number): (usize, fn(&[u8]) -> f32) = match kind {
        "<f4" => (4, |bytes| f32::from_le_bytes(word(bytes))),
        "<f8" => (8, |bytes| f64::from_le_bytes(word(bytes)) as f32),
        "<i4" => (4, |bytes| i32::from_le_bytes(word(bytes)) as f32),
        "<i8" => (8, |bytes| i64::from_le_bytes(word(bytes)) as f32),
        "|u1" => (1, |bytes| f32::from(bytes[0])),
        other => return Err(NpyError::WrongType(other.chars().take(20).collect())),
    };
    let expected = shape.elements().saturating_mul(width);
    if expected != data.len() {
        return Err(NpyError::WrongSize { shape, expected, found: data.len() });
    }
    Ok(Array { shape, values: data.chunks_exact(width).map(number).collect() })
}

/// The bytes of one number, of which there are as many as were cut.
fn word<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap_or([0; N])
}

/// A file of version 1.0, as NumPy writes it.
pub(crate) fn write(shape: &Shape, values: &[f32]) -> Vec<u8> {
    let lengths: Vec<String> = shape.dims().iter().map(usize::to_string).collect();
    let comma = if lengths.len() == 1 { "," } else { "" };
    let lengths = lengths.join(", ");
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({lengths}{comma}), }}");
    let start = MAGIC.len() + 4;
    // The header ends in a new line, padded so that the data are aligned.
    let padded = (start + header.len() + 1).next_multiple_of(ALIGNMENT) - start;
    header.extend(std::iter::repeat_n(' ', padded - header.len() - 1));
    header.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((padded as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_looks_as_numpy_writes_it() {
        let shape = Shape::from([2, 3]);
        let values = [0.5, -1.0, 2.0, 1e-7, 3.0, f32::INFINITY];
        let bytes = write(&shape, &values);
        assert!(bytes.len() == 128 + 24 && bytes.starts_with(b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', "), "{bytes:?}");
        assert_eq!(read(&bytes), Ok(Array { shape, values: values.to_vec() }));
        let one = write(&[4].into(), &[1.0; 4]);
        assert!(String::from_utf8_lossy(&one).contains("'shape': (4,), }"));
        assert_eq!(read(&one).unwrap().shape.dims(), [4]);
    }

    #[test]
    fn what_is_damaged_is_refused_with_its_reason() {
        let bytes = write(&[2, 3].into(), &[0.0; 6]);
        assert_eq!(read(b"PK\x03\x04"), Err(NpyError::WrongMagic));
        assert_eq!(read(&bytes[..20]), Err(NpyError::Header));
        let shape = Shape::from([2, 3]);
        assert_eq!(read(&bytes[..bytes.len() - 4]), Err(NpyError::WrongSize { shape, expected: 24, found: 20 }));
        let text = String::from_utf8_lossy(&bytes[10..128]).into_owned();
        let with = |from: &str, to: &str| [&bytes[..10], text.replace(from, to).as_bytes(), &bytes[128..]].concat();
        assert_eq!(read(&with("<f4", "<c8")), Err(NpyError::WrongType("<c8".into())));
        assert_eq!(read(&with("False", "True ")), Err(NpyError::FortranOrder));
        assert!(read(&with("(2, 3)", "(9999999999, 9999999999)")).is_err());
    }
}

//! NumPy's `.npy` for arrays of any shape: numbers in, f32 out. The header, and bitmaps of drawings, are of `datasets`.

use chalkgrad::Shape;
use datasets::npy::{self, Description};

/// An array, row-major.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Array {
    pub(crate) shape: Shape,
    pub(crate) values: Vec<f32>,
}

/// Why bytes are no array that can be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NpyError {
    #[error(transparent)]
    Header(#[from] npy::NpyError),
    #[error("it holds numbers of the type {0}; f4, f8, u1, i4 and i8 are read, in little-endian order")]
    WrongType(String),
    #[error("its shape {shape} needs {expected} bytes, and {found} follow the header")]
    WrongSize { shape: Shape, expected: usize, found: usize },
}

pub(crate) fn read(bytes: &[u8]) -> Result<Array, NpyError> {
    let Description { kind, shape, offset } = Description::parse(bytes)?;
    let (shape, data) = (Shape::from(shape), &bytes[offset..]);
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

/// A file as NumPy writes it.
pub(crate) fn write(shape: &Shape, values: &[f32]) -> Result<Vec<u8>, NpyError> {
    let mut bytes = npy::header("<f4", shape.dims())?;
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_looks_as_numpy_writes_it() {
        let shape = Shape::from([2, 3]);
        let values = [0.5, -1.0, 2.0, 1e-7, 3.0, f32::INFINITY];
        let bytes = write(&shape, &values).unwrap();
        assert!(bytes.len() == 128 + 24 && bytes.starts_with(b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', "), "{bytes:?}");
        assert_eq!(read(&bytes), Ok(Array { shape, values: values.to_vec() }));
        let one = write(&[4].into(), &[1.0; 4]).unwrap();
        assert!(String::from_utf8_lossy(&one).contains("'shape': (4,), }"));
        assert_eq!(read(&one).unwrap().shape.dims(), [4]);
    }

    #[test]
    fn what_is_damaged_is_refused_with_its_reason() {
        let bytes = write(&[2, 3].into(), &[0.0; 6]).unwrap();
        assert_eq!(read(b"PK\x03\x04"), Err(npy::NpyError::WrongMagic.into()));
        assert_eq!(read(&bytes[..20]), Err(npy::NpyError::Truncated { expected: 128, found: 20 }.into()));
        let shape = Shape::from([2, 3]);
        assert_eq!(read(&bytes[..bytes.len() - 4]), Err(NpyError::WrongSize { shape, expected: 24, found: 20 }));
        let text = String::from_utf8_lossy(&bytes[10..128]).into_owned();
        let with = |from: &str, to: &str| [&bytes[..10], text.replace(from, to).as_bytes(), &bytes[128..]].concat();
        assert_eq!(read(&with("<f4", "<c8")), Err(NpyError::WrongType("<c8".into())));
        assert!(read(&with("False", "True ")).unwrap_err().to_string().contains("column by column"));
        assert!(read(&with("(2, 3)", "(9999999999, 9999999999)")).is_err());
    }
}

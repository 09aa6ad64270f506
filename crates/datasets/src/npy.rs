//! NumPy's `.npy`: a header in text, then numbers; of bitmaps, one row of bytes for each drawing.
//!
//! Quick, Draw! publishes a category as `(N, 784)` of `u8`, 100 MB and more; rows are read from any prefix of a file, so
//! that a range request for the first n drawings is enough. The format: numpy.org, `numpy.lib.format`.

const MAGIC: &[u8] = b"\x93NUMPY";
/// NumPy aligns the data to this many bytes.
const ALIGNMENT: usize = 64;
/// A header of two columns takes a hundred bytes; this bounds what a hostile one can make us read.
const LONGEST_HEADER: usize = 4_096;

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub rows: usize,
    pub columns: usize,
    /// Where the first row begins.
    pub offset: usize,
}

/// Rows of bytes, `[rows, columns]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bitmaps<'a> {
    pub rows: usize,
    pub columns: usize,
    pub values: &'a [u8],
}

/// Why bytes are not rows of bitmaps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NpyError {
    #[error("This is not a NumPy file: it does not begin with \\x93NUMPY.")]
    WrongMagic,
    #[error("This NumPy file has format version {major}.{minor}; versions 1 to 3 are known.")]
    WrongVersion { major: u8, minor: u8 },
    #[error("The NumPy file was cut off: {expected} bytes are needed, {found} are there.")]
    Truncated { expected: usize, found: usize },
    #[error("The NumPy file's header cannot be read: {0}.")]
    Header(&'static str),
    #[error("The NumPy file holds numbers of type {0}; drawings are bytes (|u1).")]
    WrongType(String),
    #[error("{rows} rows of {columns} are not {values} values.")]
    Shape { rows: usize, columns: usize, values: usize },
}

/// What the header of any array says, whatever its numbers and its shape are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description<'a> {
    /// NumPy's word for the numbers, such as `<f4`.
    pub kind: &'a str,
    pub shape: Vec<usize>,
    /// Where the numbers begin.
    pub offset: usize,
}

impl<'a> Description<'a> {
    /// Reads the header from the file's beginning.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NpyError> {
        if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
            return Err(NpyError::WrongMagic);
        }
        let found = bytes.len();
        let &[major, minor, first, second, ..] = bytes.get(MAGIC.len()..).unwrap_or_default() else {
            return Err(NpyError::Truncated { expected: MAGIC.len() + 4, found });
        };
        let (start, length) = match major {
            1 => (MAGIC.len() + 4, usize::from(u16::from_le_bytes([first, second]))),
            2 | 3 => {
                let &[third, fourth, ..] = bytes.get(MAGIC.len() + 4..).unwrap_or_default() else {
                    return Err(NpyError::Truncated { expected: MAGIC.len() + 6, found });
                };
                (MAGIC.len() + 6, u32::from_le_bytes([first, second, third, fourth]) as usize)
            }
            _ => return Err(NpyError::WrongVersion { major, minor }),
        };
        if length > LONGEST_HEADER {
            return Err(NpyError::Header("it is too long"));
        }
        let offset = start + length;
        let text = bytes.get(start..offset).ok_or(NpyError::Truncated { expected: offset, found })?;
        let text = std::str::from_utf8(text).map_err(|_| NpyError::Header("it is not text"))?;
        let (kind, shape) = parse_dictionary(text)?;
        Ok(Self { kind, shape, offset })
    }
}

impl Header {
    /// Reads the header from the file's beginning.
    pub fn parse(bytes: &[u8]) -> Result<Self, NpyError> {
        let Description { kind, shape, offset } = Description::parse(bytes)?;
        if !matches!(kind, "|u1" | "<u1" | ">u1" | "u1") {
            return Err(NpyError::WrongType(kind.chars().take(20).collect()));
        }
        match shape[..] {
            [rows, columns] => Ok(Self { rows, columns, offset }),
            _ => Err(NpyError::Header("'shape' does not have two lengths")),
        }
    }

    /// Bytes of the file that hold the header and the first rows: the end of a range request.
    pub fn end_of(&self, rows: usize) -> Option<usize> {
        rows.min(self.rows).checked_mul(self.columns)?.checked_add(self.offset)
    }
}

/// The first rows of a file, at most `rows` of them, from any prefix that holds them.
pub fn read_rows(bytes: &[u8], rows: usize) -> Result<Bitmaps<'_>, NpyError> {
    let header = Header::parse(bytes)?;
    let end = header.end_of(rows).ok_or(NpyError::Header("its shape is beyond all memory"))?;
    let values = bytes.get(header.offset..end).ok_or(NpyError::Truncated { expected: end, found: bytes.len() })?;
    Ok(Bitmaps { rows: rows.min(header.rows), columns: header.columns, values })
}

/// All rows of a file.
pub fn read(bytes: &[u8]) -> Result<Bitmaps<'_>, NpyError> {
    read_rows(bytes, usize::MAX)
}

/// A file of version 1.0, as NumPy writes it.
pub fn write(rows: usize, columns: usize, values: &[u8]) -> Result<Vec<u8>, NpyError> {
    if rows.checked_mul(columns) != Some(values.len()) {
        return Err(NpyError::Shape { rows, columns, values: values.len() });
    }
    let mut bytes = header("|u1", &[rows, columns])?;
    bytes.extend(values);
    Ok(bytes)
}

/// The beginning of a file of version 1.0, as NumPy writes it; the numbers follow, row by row.
pub fn header(kind: &str, shape: &[usize]) -> Result<Vec<u8>, NpyError> {
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if lengths.len() == 1 { "," } else { "" };
    let lengths = lengths.join(", ");
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({lengths}{comma}), }}");
    let start = MAGIC.len() + 4;
    // The header ends in a new line, padded so that the data are aligned.
    let padded = (start + header.len() + 1).next_multiple_of(ALIGNMENT) - start;
    if padded > LONGEST_HEADER {
        return Err(NpyError::Header("it is too long"));
    }
    header.extend(std::iter::repeat_n(' ', padded - header.len() - 1));
    header.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((padded as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    Ok(bytes)
}

/// The three entries of the Python dictionary, in any order.
fn parse_dictionary(text: &str) -> Result<(&str, Vec<usize>), NpyError> {
    let value = |key: &str| -> Option<&str> {
        let (_, rest) = text.split_once(&format!("'{key}'"))?;
        Some(rest.trim_start().strip_prefix(':')?.trim_start())
    };
    let kind = value("descr").ok_or(NpyError::Header("it has no 'descr'"))?;
    let kind = kind.strip_prefix('\'').and_then(|rest| rest.split_once('\'')).map(|(kind, _)| kind);
    let kind = kind.ok_or(NpyError::Header("'descr' is not one type"))?;
    let order = value("fortran_order").ok_or(NpyError::Header("it has no 'fortran_order'"))?;
    if !order.starts_with("False") {
        return Err(NpyError::Header("it is stored column by column; numpy.ascontiguousarray makes it row by row"));
    }
    let shape = value("shape").ok_or(NpyError::Header("it has no 'shape'"))?;
    let shape = shape.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(shape, _)| shape);
    let shape = shape.ok_or(NpyError::Header("'shape' is not in parentheses"))?;
    let lengths = shape.split(',').map(str::trim).filter(|length| !length.is_empty()).map(str::parse);
    let shape = lengths.collect::<Result<_, _>>();
    Ok((kind, shape.map_err(|_| NpyError::Header("'shape' is not made of whole numbers"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_aligned() {
        let values: Vec<u8> = (0..=251).collect();
        let bytes = write(63, 4, &values).unwrap();
        assert_eq!((bytes.len() - values.len()) % ALIGNMENT, 0);
        assert_eq!(read(&bytes), Ok(Bitmaps { rows: 63, columns: 4, values: &values }));
    }

    #[test]
    fn the_header_is_what_numpy_writes() {
        // python3 -c 'import numpy, io; f = io.BytesIO(); numpy.save(f, numpy.zeros((3, 2), "u1")); print(f.getvalue())'
        let text = b"\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2), }";
        let bytes = write(3, 2, &[0; 6]).unwrap();
        assert!(bytes.starts_with(text));
        assert_eq!(bytes.len(), 128 + 6);
        assert_eq!(bytes[127], b'\n');
    }

    #[test]
    fn the_first_rows_are_read_from_a_prefix() {
        let bytes = write(100, 784, &vec![7; 78_400]).unwrap();
        let header = Header::parse(&bytes[..200]).unwrap();
        let end = header.end_of(10).unwrap();
        assert_eq!(end, 128 + 7_840);
        assert_eq!(read_rows(&bytes[..end], 10).unwrap().values.len(), 7_840);
        assert_eq!(read_rows(&bytes[..end], 11), Err(NpyError::Truncated { expected: end + 784, found: end }));
        assert_eq!(read_rows(&bytes, 1_000).unwrap().rows, 100);
    }

    /// A file of format 1 with this header.
    fn with_header(header: &str) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes
    }

    #[test]
    fn the_80_byte_header_of_the_published_files_is_read() {
        let header = format!("{:<69}\n", "{'descr': '|u1', 'fortran_order': False, 'shape': (126845, 784), }");
        let header = Header::parse(&with_header(&header)).unwrap();
        assert_eq!(header, Header { rows: 126_845, columns: 784, offset: 80 });
        assert_eq!(header.end_of(usize::MAX), Some(99_446_560));
    }

    #[test]
    fn headers_that_mean_something_else_are_refused() {
        let refused = |header: &str| Header::parse(&with_header(header)).unwrap_err().to_string();
        assert!(refused("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }").contains("<f4"));
        assert!(refused("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2), }").contains("column by column"));
        assert!(refused("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }").contains("two lengths"));
        assert!(refused("{'descr': '|u1', 'fortran_order': False, 'shape': (1, -2), }").contains("whole numbers"));
        assert!(refused("{'fortran_order': False, 'shape': (1, 2), }").contains("descr"));
        assert!(refused("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (1, 2)}").contains("one type"));
        let largest = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({0}, {0})}}", usize::MAX);
        assert!(read(&with_header(&largest)).is_err());
    }

    #[test]
    fn no_prefix_and_no_damaged_byte_panics() {
        let bytes = write(2, 3, &[1, 2, 3, 4, 5, 6]).unwrap();
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "{end}");
        }
        for at in 0..bytes.len() - 6 {
            for value in 0..=255 {
                let mut damaged = bytes.clone();
                damaged[at] = value;
                // Some damage, such as to a space, changes nothing; the point is that none of it panics.
                let _outcome = read(&damaged);
            }
        }
    }

    #[test]
    fn a_shape_that_does_not_fit_the_values_is_refused() {
        assert_eq!(write(2, 3, &[0; 5]), Err(NpyError::Shape { rows: 2, columns: 3, values: 5 }));
        assert!(write(usize::MAX, 3, &[0; 5]).is_err());
    }
}

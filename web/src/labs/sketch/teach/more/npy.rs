//! The head of a NumPy file: where its rows begin, and how many there are. The rows must be bitmaps.

use super::super::content::PIXELS;

/// Where the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Byte of the first row.
    pub start: usize,
    pub rows: usize,
}

impl Head {
    /// From the first bytes of a file; `None` where they are of no file of bitmaps.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(b"\x93NUMPY")?;
        // From version 2 on the length has four bytes.
        let (length, before) = match rest {
            [1, _, a, b, ..] => (usize::from(u16::from_le_bytes([*a, *b])), 10),
            [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, 12),
            _ => return None,
        };
        let start = length.checked_add(before)?;
        let text = std::str::from_utf8(bytes.get(before..start)?).ok()?;
        let is_bytes = text.contains("u1'") && !text.contains("'fortran_order': True");
        let (rows, columns) = text.split_once("'shape':")?.1.split_once('(')?.1.split_once(',')?;
        let columns = columns.split([',', ')']).next()?.trim().parse();
        (is_bytes && columns == Ok(PIXELS)).then_some(Self { start, rows: rows.trim().parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::Head;

    fn file(version: u8, text: &str) -> Vec<u8> {
        let length = text.len() as u32;
        let length = &length.to_le_bytes()[..if version == 1 { 2 } else { 4 }];
        [b"\x93NUMPY", [version, 0].as_slice(), length, text.as_bytes(), &[0; 8]].concat()
    }

    #[test]
    fn the_head_of_googles_files_is_read() {
        let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (123202, 784), }   \n";
        assert_eq!(Head::read(&file(1, text)), Some(Head { start: 10 + text.len(), rows: 123_202 }));
        assert_eq!(Head::read(&file(2, text)), Some(Head { start: 12 + text.len(), rows: 123_202 }));
    }

    #[test]
    fn other_files_are_refused() {
        for text in [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 784), }",
            "{'descr': '|u1', 'fortran_order': True, 'shape': (5, 784), }",
            "{'descr': '|u1', 'fortran_order': False, 'shape': (5, 1024), }",
            "{'descr': '|u1', 'fortran_order': False, 'shape': (5,), }",
            "{'descr': '|u1', 'fortran_order': False, }",
            "",
        ] {
            assert_eq!(Head::read(&file(1, text)), None, "{text}");
        }
        let whole = file(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (5, 784), }");
        assert_eq!(Head::read(&whole[..40]), None);
        assert_eq!(Head::read(b"<!doctype html>"), None);
        assert_eq!(Head::read(b"\x93NUMPY\x02\x00\xff\xff\xff\xff"), None);
    }
}

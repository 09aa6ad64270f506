//! Drawings as they travel beside a message: the strokes of a pen in one raw buffer.
//!
//! Little-endian: for each drawing the number of its strokes (u32), for each stroke the number of its points (u32), then the points,
//! each as two f32.

/// What a pen did from down to up: places, right and down, in any unit.
pub type Stroke = Vec<[f32; 2]>;

/// Strokes, first to last.
pub type Drawing = Vec<Stroke>;

/// Drawings as bytes.
pub fn write_drawings(drawings: &[Drawing]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let count = |bytes: &mut Vec<u8>, length: usize| bytes.extend((length as u32).to_le_bytes());
    for drawing in drawings {
        count(&mut bytes, drawing.len());
        for stroke in drawing {
            count(&mut bytes, stroke.len());
            bytes.extend(stroke.iter().flatten().flat_map(|part| part.to_le_bytes()));
        }
    }
    bytes
}

/// Drawings from bytes; what is no number becomes 0. `None` where the bytes end within a drawing.
pub fn read_drawings(mut bytes: &[u8]) -> Option<Vec<Drawing>> {
    let mut drawings = Vec::new();
    while !bytes.is_empty() {
        let mut drawing = Drawing::new();
        for _ in 0..take(&mut bytes, u32::from_le_bytes)? {
            let points = take(&mut bytes, u32::from_le_bytes)? as usize;
            let mut stroke = Stroke::with_capacity(points.min(bytes.len() / 8));
            for _ in 0..points {
                let mut part =
                    || take(&mut bytes, f32::from_le_bytes).map(|part| if part.is_finite() { part } else { 0.0 });
                stroke.push([part()?, part()?]);
            }
            drawing.push(stroke);
        }
        drawings.push(drawing);
    }
    Some(drawings)
}

/// The first points of a drawing.
pub fn beginning(drawing: &Drawing, mut points: usize) -> Drawing {
    let mut strokes = Drawing::new();
    for stroke in drawing {
        let taken = points.min(stroke.len());
        points -= taken;
        if taken > 0 {
            strokes.push(stroke[..taken].to_vec());
        }
    }
    strokes
}

fn take<T>(bytes: &mut &[u8], read: fn([u8; 4]) -> T) -> Option<T> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(read(*first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_come_back_and_cut_ones_do_not() {
        let drawings = vec![vec![vec![[0.0, 1.5], [-2.0, 3.0]], vec![]], vec![], vec![vec![[7.0, 8.0]]]];
        let bytes = write_drawings(&drawings);
        assert_eq!(read_drawings(&bytes), Some(drawings));
        assert_eq!(read_drawings(&[]), Some(Vec::new()));
        for end in [1, 5, 13, bytes.len() - 1] {
            assert_eq!(read_drawings(&bytes[..end]), None, "{end}");
        }
        assert_eq!(read_drawings(&[1, 0, 0, 0, 255, 255, 255, 255]), None, "a count beyond all bytes");
    }
}

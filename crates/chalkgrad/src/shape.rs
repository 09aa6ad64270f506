//! Shapes of tensors, and how two of them broadcast. Row-major throughout: the last axis is contiguous.

use std::fmt;

/// The lengths of a tensor's axes; `[]` is a scalar.
///
/// ```
/// use chalkgrad::Shape;
///
/// let images = Shape::from([64, 3, 32, 32]);
/// assert_eq!((images.rank(), images.elements()), (4, 196_608));
/// assert_eq!(images.broadcast(&[3, 1, 1].into()), Some(images.clone()));
/// assert_eq!(images.to_string(), "[64, 3, 32, 32]");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Shape(Vec<usize>);

impl Shape {
    /// The length of each axis.
    pub fn dims(&self) -> &[usize] {
        &self.0
    }

    /// Number of axes.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// Number of elements. A shape that a person typed may overflow: that saturates, and no device takes it.
    pub fn elements(&self) -> usize {
        self.0.iter().fold(1usize, |product, &dim| product.saturating_mul(dim))
    }

    /// How many elements lie between neighbours along each axis.
    pub fn strides(&self) -> Vec<usize> {
        let mut strides = vec![1usize; self.rank()];
        for axis in (1..self.rank()).rev() {
            strides[axis - 1] = strides[axis].saturating_mul(self.0[axis]);
        }
        strides
    }

    /// The shape that both broadcast to, as NumPy does it: aligned at the last axis, 1 stretches.
    pub fn broadcast(&self, other: &Shape) -> Option<Shape> {
        let rank = self.rank().max(other.rank());
        let dim = |shape: &Shape, axis: usize| (axis + shape.rank()).checked_sub(rank).map_or(1, |axis| shape.0[axis]);
        (0..rank)
            .map(|axis| match (dim(self, axis), dim(other, axis)) {
                (a, b) if a == b => Some(a),
                (1, b) => Some(b),
                (a, 1) => Some(a),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(Shape)
    }

    /// Strides with which a tensor of this shape is read as one of the shape `to`: 0 along stretched axes.
    pub(crate) fn expanded_strides(&self, to: &Shape) -> Vec<usize> {
        let missing = to.rank() - self.rank();
        let own = self.strides();
        (0..to.rank())
            .map(|axis| match axis.checked_sub(missing) {
                Some(axis) if self.0[axis] != 1 => own[axis],
                _ => 0,
            })
            .collect()
    }

    /// This shape without `axes`, or with 1 in their place.
    pub(crate) fn reduced(&self, axes: &[usize], keep: bool) -> Shape {
        let dims = self.0.iter().enumerate();
        Shape(
            dims.filter_map(|(axis, &dim)| match axes.contains(&axis) {
                true => keep.then_some(1),
                false => Some(dim),
            })
            .collect(),
        )
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Self {
        Self(dims.to_vec())
    }
}

impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Self {
        Self(dims.to_vec())
    }
}

impl From<Vec<usize>> for Shape {
    fn from(dims: Vec<usize>) -> Self {
        Self(dims)
    }
}

impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Self {
        shape.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_broadcast_from_the_last_axis() {
        let shape = |dims: &[usize]| Shape::from(dims);
        assert_eq!(shape(&[4, 3]).broadcast(&shape(&[3])), Some(shape(&[4, 3])));
        assert_eq!(shape(&[4, 1]).broadcast(&shape(&[1, 5])), Some(shape(&[4, 5])));
        assert_eq!(shape(&[]).broadcast(&shape(&[2])), Some(shape(&[2])));
        assert_eq!(shape(&[4, 3]).broadcast(&shape(&[4])), None);
    }
}

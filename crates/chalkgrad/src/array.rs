//! A host array: numbers and their shape. The interpreter's values, and what goes into and comes out of programs.

use std::ops::Deref;

use crate::Shape;

/// Row-major numbers with their shape. Dereferences to the numbers.
///
/// ```
/// use chalkgrad::Array;
///
/// let mut matrix = Array::new([2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
/// matrix[4] *= 10.0;
/// assert_eq!(matrix.shape().dims(), [2, 3]);
/// assert_eq!(matrix.iter().sum::<f64>(), 66.0);
/// assert_eq!(Array::new([2, 2], vec![1.0, 2.0, 3.0]), None);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Array<T> {
    shape: Shape,
    values: Vec<T>,
}

impl<T> Array<T> {
    /// `None` where the number of values is not the shape's.
    pub fn new(shape: impl Into<Shape>, values: Vec<T>) -> Option<Self> {
        let shape = shape.into();
        (shape.elements() == values.len()).then_some(Self { shape, values })
    }

    /// Calls `value` for each element in order.
    pub fn from_fn(shape: impl Into<Shape>, value: impl FnMut(usize) -> T) -> Self {
        let shape = shape.into();
        let values = (0..shape.elements()).map(value).collect();
        Self { shape, values }
    }

    /// Its shape.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The same numbers in another shape of as many elements.
    pub(crate) fn reshaped(self, shape: &Shape) -> Self {
        debug_assert_eq!(shape.elements(), self.values.len());
        Self { shape: shape.clone(), values: self.values }
    }

    /// The numbers, without their shape.
    pub fn into_values(self) -> Vec<T> {
        self.values
    }
}

impl<T> Deref for Array<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.values
    }
}

impl<T> std::ops::DerefMut for Array<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values
    }
}

/// A scalar.
impl<T> From<T> for Array<T> {
    fn from(value: T) -> Self {
        Self { shape: [].into(), values: vec![value] }
    }
}

/// A scalar equals its number.
impl<T: PartialEq> PartialEq<T> for Array<T> {
    fn eq(&self, other: &T) -> bool {
        self.shape.rank() == 0 && self.values[0] == *other
    }
}

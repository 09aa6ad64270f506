//! The operations that move elements, written as their definitions: the place of each along every axis.

use super::Real;
use crate::op::Span;
use crate::{Array, Shape};

/// The place along each axis of element `index`.
fn places(index: usize, shape: &Shape) -> Vec<usize> {
    shape.strides().iter().zip(shape.dims()).map(|(stride, dim)| index / stride % dim).collect()
}

/// The element at these places.
fn index(places: &[usize], shape: &Shape) -> usize {
    places.iter().zip(shape.strides()).map(|(place, stride)| place * stride).sum()
}

/// The places that spans name.
fn named(places: &[usize], spans: &[Span]) -> Vec<usize> {
    let place = |(&place, span): (&usize, &Span)| (span.start as isize + span.step * place as isize) as usize;
    places.iter().zip(spans).map(place).collect()
}

pub(super) fn concat<T: Real>(x: &[&Array<T>], axis: usize, shape: &Shape) -> Array<T> {
    Array::from_fn(shape, |i| {
        let mut places = places(i, shape);
        let mut input = 0;
        while places[axis] >= x[input].shape().dims()[axis] {
            places[axis] -= x[input].shape().dims()[axis];
            input += 1;
        }
        x[input][index(&places, x[input].shape())]
    })
}

pub(super) fn slice<T: Real>(x: &Array<T>, spans: &[Span], shape: &Shape) -> Array<T> {
    Array::from_fn(shape, |i| x[index(&named(&places(i, shape), spans), x.shape())])
}

pub(super) fn pad<T: Real>(x: &Array<T>, spans: &[Span], shape: &Shape) -> Array<T> {
    let mut y = Array::from_fn(shape, |_| T::zero());
    for i in 0..x.len() {
        y[index(&named(&places(i, x.shape()), spans), shape)] = x[i];
    }
    y
}

//! Shapes of the operations that read and write rows by index.

use crate::Shape;

/// Up to here f32 counts one by one; further rows could not be named.
const MOST_ROWS: usize = 1 << 24;

fn nameable(rows: usize) -> Result<(), String> {
    match rows <= MOST_ROWS {
        true => Ok(()),
        false => Err(format!("an index names one of {MOST_ROWS} rows at most, and there are {rows}")),
    }
}

pub(super) fn gather(x: &[usize], index: &[usize]) -> Result<Shape, String> {
    match (x, index) {
        (&[batch, rows, width], &[same, picked]) if batch == same => {
            nameable(rows)?;
            Ok([batch, picked, width].into())
        }
        _ => Err("it takes rows [B, K, D] and indices [B, J]".into()),
    }
}

pub(super) fn scatter(rows: usize, x: &[usize], index: &[usize]) -> Result<Shape, String> {
    match (x, index) {
        (&[batch, picked, width], [same, also]) if [batch, picked] == [*same, *also] => {
            nameable(rows)?;
            Ok([batch, rows, width].into())
        }
        _ => Err("it takes rows [B, J, D] and indices [B, J]".into()),
    }
}

/// Of matrices whose rows are looked at one by one: scores of examples, numbers to find the largest of.
pub(super) fn rows(x: &[usize]) -> Result<[usize; 2], String> {
    match x {
        [_, 0] => Err("there must be at least one number a row".into()),
        &[rows, columns] => {
            nameable(columns)?;
            Ok([rows, columns])
        }
        _ => Err("it takes a matrix [N, K] of K scores an example".into()),
    }
}

//! The order of things, by one sort for all types: each that the compiler makes of its own is a kilobyte more for a visitor to load.

use std::cmp::Ordering;

/// The places of `len` things in order; of equals the first comes first.
pub fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_unstable_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
    order
}

/// Every number once, in order.
pub fn distinct(numbers: &[usize]) -> Vec<usize> {
    let order = order(numbers.len(), &|a, b| numbers[a].cmp(&numbers[b]));
    let mut distinct: Vec<usize> = order.into_iter().map(|place| numbers[place]).collect();
    distinct.dedup();
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equals_the_first_comes_first() {
        let letters = ["b", "a", "b", "a"];
        assert_eq!(order(4, &|a, b| letters[a].cmp(letters[b])), [1, 3, 0, 2]);
        assert_eq!(distinct(&[3, 1, 3, 2, 1]), [1, 2, 3]);
        assert!(distinct(&[]).is_empty());
    }
}

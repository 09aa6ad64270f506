//! Checks `backward` against central finite differences: move one number of a leaf, run the loss twice in f64, compare.
//! It shows that the derivatives belong to the operations, not that the operations are right: goldens do that.

use std::collections::BTreeSet;
use std::fmt;

use crate::op::Op;
use crate::random::Stream;
use crate::{Array, Error, Graph, Interpreter, Result, Shape, Tensor};

/// How far a number is moved, times its magnitude where that is over 1. The error of a central difference falls with
/// the square of the step and grows with rounding over the step; near the cube root of f64's ε the two balance.
const STEP: f64 = 1e-5;
/// Allowed error, as a part of the gradient itself …
const RELATIVE: f64 = 1e-5;
/// … and of the leaf's largest gradient.
const ABSOLUTE: f64 = 1e-6;
/// Rounding of the loss that is allowed for, in units of ε: a loss is a sum of many terms.
const ROUNDING: f64 = 64.0;
/// Of a leaf with more elements, as many are drawn.
const SAMPLES: usize = 32;

/// What [`check_gradients`] found, leaf by leaf. Displays as a table.
///
/// ```
/// use chalkgrad::{Array, Graph, check_gradients};
///
/// let graph = Graph::new();
/// let x = graph.leaf("x", [3]);
/// let loss = x.tanh().sum(&[0], false);
/// let report = check_gradients(&graph, loss, &[(x, Array::from_fn([3], |i| i as f64))], &[])?;
/// assert!(report.passed(), "{report}");
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GradientReport {
    /// One for each leaf that was moved.
    pub leaves: Vec<LeafReport>,
}

/// One leaf's comparison.
///
/// ```
/// use chalkgrad::{Graph, check_gradients};
///
/// let graph = Graph::new();
/// let (x, w) = (graph.leaf("x", []), graph.leaf("w", []));
/// let report = check_gradients(&graph, x.sin() * w, &[(x, 1.0.into()), (w, 2.0.into())], &[])?;
/// let [_, of_w] = &report.leaves[..] else { panic!("one report a leaf") };
/// assert_eq!((of_w.name.as_str(), of_w.checked), ("w", 1));
/// assert!(of_w.largest_relative_error < 1e-6);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LeafReport {
    /// Its name in the graph.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// How many of its elements were compared.
    pub checked: usize,
    /// The largest `|backward − differences|`.
    pub largest_absolute_error: f64,
    /// The largest `|backward − differences| / max(|backward|, |differences|)`; 0 where both are 0.
    pub largest_relative_error: f64,
    /// The element that uses up most of what is allowed; `None` for a leaf without elements.
    pub worst: Option<Comparison>,
}

/// The two gradients of one element.
///
/// ```
/// use chalkgrad::{Array, Graph, check_gradients};
///
/// let graph = Graph::new();
/// let x = graph.leaf("x", [2]);
/// // At its kink a ReLU has no slope: backward says 0, and a difference across it ½.
/// let loss = x.relu().sum(&[0], false);
/// let report = check_gradients(&graph, loss, &[(x, Array::from_fn([2], |i| i as f64))], &[])?;
/// let worst = report.leaves[0].worst.as_ref().unwrap();
/// assert_eq!(worst.index, [0]);
/// assert!((worst.backward - worst.differences).abs() > worst.allowed);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Its place along each axis.
    pub index: Vec<usize>,
    /// What `Graph::backward` says.
    pub backward: f64,
    /// What finite differences say.
    pub differences: f64,
    /// How far apart the two may be.
    pub allowed: f64,
}

impl Comparison {
    fn absolute_error(&self) -> f64 {
        (self.backward - self.differences).abs()
    }

    fn relative_error(&self) -> f64 {
        match self.backward.abs().max(self.differences.abs()) {
            0.0 => 0.0,
            largest => self.absolute_error() / largest,
        }
    }

    /// The part of what is allowed that is used up: fails above 1. Infinite where a gradient is not a number.
    fn strain(&self) -> f64 {
        let strain = self.absolute_error() / self.allowed;
        if strain.is_nan() { f64::INFINITY } else { strain }
    }
}

impl LeafReport {
    /// Whether the two gradients agree in every element that was compared.
    pub fn passed(&self) -> bool {
        self.worst.as_ref().is_none_or(|worst| worst.strain() <= 1.0)
    }

    fn new(name: String, shape: Shape, comparisons: Vec<Comparison>) -> Self {
        let largest = |error: fn(&Comparison) -> f64| comparisons.iter().map(error).fold(0.0, largest_or_nan);
        Self {
            name,
            shape,
            checked: comparisons.len(),
            largest_absolute_error: largest(Comparison::absolute_error),
            largest_relative_error: largest(Comparison::relative_error),
            worst: comparisons.into_iter().max_by(|a, b| a.strain().total_cmp(&b.strain())),
        }
    }
}

impl GradientReport {
    /// Whether every leaf passed.
    pub fn passed(&self) -> bool {
        self.leaves.iter().all(LeafReport::passed)
    }
}

impl fmt::Display for GradientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<20} {:>16} {:>9} {:>10} {:>10}  {:<14} {:>13} {:>13}",
            "leaf", "shape", "checked", "absolute", "relative", "worst at", "backward", "differences"
        )?;
        for leaf in &self.leaves {
            let shape = leaf.shape.to_string();
            write!(
                f,
                "{:<20} {shape:>16} {:>9} {:>10.1e} {:>10.1e}",
                leaf.name, leaf.checked, leaf.largest_absolute_error, leaf.largest_relative_error
            )?;
            if let Some(Comparison { index, backward, differences, .. }) = &leaf.worst {
                write!(f, "  {:<14} {backward:>13.6e} {differences:>13.6e}", format!("{index:?}"))?;
            }
            writeln!(f, "  {}", if leaf.passed() { "ok" } else { "WRONG" })?;
        }
        Ok(())
    }
}

/// Compares `graph.backward(loss, leaves)` with central finite differences, element by element of each of `leaves`, at
/// these values. `fixed` are the values of the other leaves (labels, for one), which stay where they are.
///
/// Where the loss has a kink (`relu` at 0, the maximum of equal numbers) the two differ rightly: stay away from there.
/// At most 32 elements a leaf are compared, drawn evenly.
///
/// ```
/// # use chalkgrad::{Array, Graph, check_gradients};
/// let graph = Graph::new();
/// let x = graph.leaf("x", [3]);
/// let loss = x.tanh().sum(&[0], false);
/// let report = check_gradients(&graph, loss, &[(x, Array::from_fn([3], |i| i as f64))], &[])?;
/// assert!(report.passed(), "{report}");
/// # Ok::<(), chalkgrad::Error>(())
/// ```
pub fn check_gradients<'g>(
    graph: &'g Graph,
    loss: Tensor<'g>,
    leaves: &[(Tensor<'g>, Array<f64>)],
    fixed: &[(Tensor<'g>, Array<f64>)],
) -> Result<GradientReport> {
    let names: Vec<String> = leaves.iter().map(|&(leaf, _)| leaf_name(graph, leaf)).collect::<Result<_>>()?;
    let mut values = [leaves, fixed].concat();
    let interpreter = Interpreter::<f64>::new();
    let at_rest = interpreter.run(graph, &values)?[loss].first().copied().unwrap_or_default();

    // Before the gradient is appended, so that the many runs do not compute it too.
    let mut differences = Vec::new();
    for leaf in 0..leaves.len() {
        let mut slopes = Vec::new();
        for element in elements(leaf, values[leaf].1.len()) {
            let start = values[leaf].1[element];
            let step = STEP * start.abs().max(1.0);
            let mut run = |at: f64| -> Result<f64> {
                values[leaf].1[element] = at;
                Ok(interpreter.run(graph, &values)?[loss].first().copied().unwrap_or_default())
            };
            let (above, below) = (run(start + step)?, run(start - step)?);
            values[leaf].1[element] = start;
            slopes.push((element, (above - below) / ((start + step) - (start - step)), step));
        }
        differences.push(slopes);
    }

    let with_respect_to: Vec<Tensor<'g>> = leaves.iter().map(|&(leaf, _)| leaf).collect();
    let gradients = graph.backward(loss, &with_respect_to)?;
    let found = interpreter.run(graph, &values)?;
    let reports = names.into_iter().zip(differences).zip(gradients).map(|((name, slopes), gradient)| {
        let backward = &found[gradient];
        let largest = backward.iter().map(|gradient| gradient.abs()).fold(0.0, f64::max);
        let compare = |(element, differences, step): (usize, f64, f64)| {
            let rounding = ROUNDING * f64::EPSILON * at_rest.abs().max(1.0) / step;
            let allowed = RELATIVE * backward[element].abs() + ABSOLUTE * largest + rounding;
            Comparison { index: place(element, backward.shape()), backward: backward[element], differences, allowed }
        };
        LeafReport::new(name, gradient.shape(), slopes.into_iter().map(compare).collect())
    });
    Ok(GradientReport { leaves: reports.collect() })
}

fn leaf_name(graph: &Graph, leaf: Tensor<'_>) -> Result<String> {
    match graph.node(leaf.id()).op {
        Op::Leaf { name } => Ok(name),
        op => {
            let rule = format!("must be leaves of the graph: nobody can move what {} computes", op.name());
            Err(Error::Setting { name: "leaves to check", rule })
        }
    }
}

/// Which elements of a leaf are compared: all, or some that are drawn.
fn elements(leaf: usize, count: usize) -> BTreeSet<usize> {
    if count <= SAMPLES {
        return (0..count).collect();
    }
    let stream = Stream::new(0, leaf as u64);
    (0..SAMPLES as u64).map(|draw| stream.bits(draw)[0] as usize % count).collect()
}

/// An element's place along each axis.
fn place(element: usize, shape: &Shape) -> Vec<usize> {
    shape.strides().iter().zip(shape.dims()).map(|(stride, dim)| element / stride % dim).collect()
}

fn largest_or_nan(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(count: usize) -> Array<f64> {
        Array::from_fn([count], |i| i as f64 / 7.0 - 1.3)
    }

    #[test]
    fn right_gradients_pass() {
        let graph = Graph::new();
        let (x, labels) = (graph.leaf("x", [5, 8]), graph.leaf("labels", [5]));
        let loss = (x * x).cross_entropy(labels).mean(&[0], false);
        let class = Array::from_fn([5], |i| i as f64);
        let report = check_gradients(&graph, loss, &[(x, ramp(40))], &[(labels, class)]).unwrap();
        assert!(report.passed(), "{report}");
        assert!((20..=32).contains(&report.leaves[0].checked), "{report}");
    }

    #[test]
    fn a_kink_is_found_with_its_place() {
        let graph = Graph::new();
        let x = graph.leaf("x", [2, 2]);
        let loss = x.relu().sum(&[0, 1], false);
        let values = Array::from_fn([4], |i| i as f64 - 2.0); // relu's slope at 0: differences see a half
        let report = check_gradients(&graph, loss, &[(x, values)], &[]).unwrap();
        assert!(!report.passed());
        assert_eq!(report.leaves[0].worst.as_ref().unwrap().index, [1, 0]);
        let text = report.to_string();
        assert!(text.contains("[1, 0]") && text.contains("WRONG"), "{text}");
    }

    #[test]
    fn a_gradient_that_is_not_a_number_does_not_pass() {
        let graph = Graph::new();
        let x = graph.leaf("x", [1]);
        let report = check_gradients(&graph, x.log().sum(&[0], false), &[(x, Array::from_fn([1], |_| -1.0))], &[]);
        assert!(!report.unwrap().passed());
    }

    #[test]
    fn only_leaves_can_be_checked() {
        let graph = Graph::new();
        let x = graph.leaf("x", []);
        let y = x.exp();
        let error = check_gradients(&graph, y.log(), &[(y, 1.0.into())], &[(x, 0.0.into())]).unwrap_err();
        assert!(error.to_string().contains("what exp computes"), "{error}");
    }
}

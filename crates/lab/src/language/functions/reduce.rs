//! One number of many along axes.

use chalkgrad::Tensor;

use super::super::arguments::Arguments;
use super::super::evaluator::{Evaluator, Result};
use super::super::value::Value;

type Run<'a, 's, 'g> = &'a mut Evaluator<'s, 'g>;

fn along<'g>(
    evaluator: Run<'_, '_, 'g>,
    arguments: &Arguments,
    apply: impl FnOnce(Tensor<'g>, &[usize], bool) -> Tensor<'g>,
) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axes = evaluator.axes(arguments, "dim", input.shape().rank())?;
    let keep = arguments.flag("keepdim")?;
    evaluator.made(apply(input, &axes, keep), arguments.place)
}

pub(super) fn mean(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    along(evaluator, arguments, |x, axes, keep| x.mean(axes, keep))
}

pub(super) fn sum(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    along(evaluator, arguments, |x, axes, keep| x.sum(axes, keep))
}

pub(super) fn amax(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    along(evaluator, arguments, |x, axes, keep| x.amax(axes, keep))
}

pub(super) fn amin(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    along(evaluator, arguments, |x, axes, keep| x.amin(axes, keep))
}

pub(super) fn argmax(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    along(evaluator, arguments, |x, axes, keep| x.argmax(axes, keep))
}

pub(super) fn logsumexp(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    along(evaluator, arguments, |x, axes, keep| x.logsumexp(axes, keep))
}

fn correction(arguments: &Arguments) -> Result<usize> {
    let biased = !arguments.flag("unbiased")?;
    Ok(if biased { 0 } else { usize::try_from(arguments.whole("correction")?).unwrap_or(0) })
}

pub(super) fn var(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let correction = correction(arguments)?;
    along(evaluator, arguments, |x, axes, keep| x.var(axes, correction, keep))
}

pub(super) fn std(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let correction = correction(arguments)?;
    along(evaluator, arguments, |x, axes, keep| x.var(axes, correction, keep).sqrt())
}

/// The length of vectors, `(Σ |x|ᵖ)^(1/p)`.
fn length<'g>(x: Tensor<'g>, p: f64, axes: &[usize], keep: bool) -> Tensor<'g> {
    match p {
        1.0 => x.abs().sum(axes, keep),
        2.0 => (x * x).sum(axes, keep).sqrt(),
        p => x.abs().pow(p).sum(axes, keep).pow(1.0 / p),
    }
}

pub(super) fn norm(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let p = arguments.number("p")?;
    along(evaluator, arguments, |x, axes, keep| length(x, p, axes, keep))
}

pub(super) fn normalize(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axis = evaluator.axis(arguments, "dim", input.shape().rank())?;
    let (p, least) = (arguments.number("p")?, arguments.number("eps")?);
    let length = length(input, p, &[axis], true).clamp(Some(least), None);
    evaluator.made(input / length, arguments.place)
}

/// Of all: one tensor. Along an axis: the values and their places. Of two: the larger.
fn extreme<'g>(
    evaluator: Run<'_, '_, 'g>,
    arguments: &Arguments,
    pick: fn(Tensor<'g>) -> Tensor<'g>,
    beside: fn(Tensor<'g>, Tensor<'g>) -> Tensor<'g>,
) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    if matches!(arguments.get("dim").0, Value::Tensor(_) | Value::Stored(_)) {
        let other = evaluator.argument(arguments, "dim")?;
        return evaluator.made(beside(input, other), arguments.place);
    }
    let axes = evaluator.axes(arguments, "dim", input.shape().rank())?;
    let keep = arguments.flag("keepdim")?;
    let turned = pick(input);
    if !arguments.given("dim") {
        return evaluator.made(pick(turned.amax(&axes, keep)), arguments.place);
    }
    // Along one axis the first of equals has the whole gradient, as where its place is looked up.
    let places = turned.argmax(&axes, true);
    let values = input.gather(axes[0], places);
    let without = |x: Tensor<'g>| if keep { x } else { x.squeeze(axes[0]) };
    let values = evaluator.made(without(values), arguments.place)?;
    Ok(Value::tuple([values, evaluator.made(without(places), arguments.place)?]))
}

pub(super) fn max(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    extreme(evaluator, arguments, |x| x, |x, y| x.maximum(y))
}

pub(super) fn min(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    extreme(evaluator, arguments, |x| -x, |x, y| x.minimum(y))
}

pub(super) fn softmax(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axis = evaluator.axis(arguments, "dim", input.shape().rank())?;
    evaluator.made(input.softmax(axis), arguments.place)
}

pub(super) fn log_softmax(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axis = evaluator.axis(arguments, "dim", input.shape().rank())?;
    evaluator.made(input.log_softmax(axis), arguments.place)
}

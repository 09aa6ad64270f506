//! What moves elements and computes none.

use chalkgrad::{Shape, Tensor};

use super::super::arguments::{Arguments, items};
use super::super::error;
use super::super::evaluator::{Evaluator, Result};
use super::super::value::Value;

/// The tensors of a list.
fn tensors<'g>(evaluator: &mut Evaluator<'_, 'g>, arguments: &Arguments) -> Result<Vec<Tensor<'g>>> {
    let (value, place) = arguments.get("tensors");
    let must = || error(place, format!("{} takes a list of tensors", arguments.callee));
    let values = items(value).filter(|values| !values.is_empty()).ok_or_else(must)?;
    evaluator.spend(values.len(), place)?;
    let tensors = values.iter().map(|value| evaluator.tensor(value, place)).collect();
    evaluator.pass(arguments.place)?;
    tensors
}

pub(super) fn cat(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let tensors = tensors(evaluator, arguments)?;
    let axis = evaluator.axis(arguments, "dim", tensors[0].shape().rank())?;
    let made = if tensors.len() == 1 { tensors[0] } else { tensors[0].graph().concat(&tensors, axis) };
    evaluator.made(made, arguments.place)
}

pub(super) fn stack(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let tensors = tensors(evaluator, arguments)?;
    let axis = evaluator.axis(arguments, "dim", tensors[0].shape().rank() + 1)?;
    evaluator.made(tensors[0].graph().stack(&tensors, axis), arguments.place)
}

pub(super) fn flatten(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let rank = input.shape().rank().max(1);
    let (first, last) = (evaluator.axis(arguments, "start_dim", rank)?, evaluator.axis(arguments, "end_dim", rank)?);
    if first > last {
        return Err(arguments.error("`start_dim` comes before `end_dim`, or is the same axis"));
    }
    evaluator.made(input.flatten(first..=last), arguments.place)
}

pub(super) fn reshape(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let sizes = evaluator.wholes(arguments, "shape")?;
    let shape = inferred(&sizes, input.shape().elements(), &input.shape(), arguments)?;
    evaluator.made(input.reshape(shape), arguments.place)
}

/// A shape of so many elements, in which one length may be −1: whatever is left.
fn inferred(sizes: &[isize], elements: usize, of: &Shape, arguments: &Arguments) -> Result<Shape> {
    let known =
        sizes.iter().filter(|&&size| size >= 0).fold(1_usize, |product, &size| product.saturating_mul(size as usize));
    let open = sizes.iter().filter(|&&size| size < 0).count();
    let fits = sizes.iter().all(|&size| size >= -1) && open <= 1;
    if !fits || (open == 1 && (known == 0 || !elements.is_multiple_of(known))) || (open == 0 && known != elements) {
        let sizes: Vec<String> = sizes.iter().map(isize::to_string).collect();
        let sizes = sizes.join(", ");
        let rule = format!(
            "{} cannot make [{sizes}] of a tensor of shape {of}, which has {elements} numbers",
            arguments.callee
        );
        return Err(arguments.error(rule));
    }
    let length = |&size: &isize| usize::try_from(size).unwrap_or_else(|_| elements / known.max(1));
    Ok(sizes.iter().map(length).collect::<Vec<_>>().into())
}

pub(super) fn reshape_as(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let other = evaluator.argument(arguments, "other")?;
    evaluator.apply(arguments, |input| input.reshape(other.shape()))
}

pub(super) fn unflatten(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let shape = input.shape();
    let axis = evaluator.axis(arguments, "dim", shape.rank())?;
    let sizes = evaluator.wholes(arguments, "sizes")?;
    let inner = inferred(&sizes, shape.dims()[axis], &shape, arguments)?;
    let dims = [&shape.dims()[..axis], inner.dims(), &shape.dims()[axis + 1..]].concat();
    evaluator.made(input.reshape(dims), arguments.place)
}

pub(super) fn permute(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axes = evaluator.axes(arguments, "dims", input.shape().rank())?;
    evaluator.made(input.permute(&axes), arguments.place)
}

pub(super) fn transpose(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let rank = input.shape().rank();
    let (one, other) = (evaluator.axis(arguments, "dim0", rank)?, evaluator.axis(arguments, "dim1", rank)?);
    evaluator.made(input.transpose(one, other), arguments.place)
}

pub(super) fn transposed(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let rank = evaluator.input(arguments)?.shape().rank();
    if rank > 2 {
        return Err(
            arguments.error(format!("`t` takes a matrix, not a tensor of {rank} axes: `transpose` swaps two of them"))
        );
    }
    evaluator.apply(arguments, |input| if rank == 2 { input.transpose(0, 1) } else { input })
}

pub(super) fn unsqueeze(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axis = evaluator.axis(arguments, "dim", input.shape().rank() + 1)?;
    evaluator.made(input.unsqueeze(axis), arguments.place)
}

/// Without a `dim`, the first axis stays: it counts the examples, also where there is one.
pub(super) fn squeeze(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let rank = input.shape().rank();
    let axes = match arguments.given("dim") {
        true => evaluator.axes(arguments, "dim", rank)?,
        false => (1..rank).collect(),
    };
    let made = (0..rank).rev().filter(|axis| axes.contains(axis)).fold(input, |input, axis| input.squeeze(axis));
    evaluator.made(made, arguments.place)
}

pub(super) fn chunk(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axis = evaluator.axis(arguments, "dim", input.shape().rank())?;
    let length = input.shape().dims()[axis].div_ceil(arguments.count("chunks")?);
    Ok(Value::tuple(evaluator.parts(input, axis, length, arguments.place)?))
}

pub(super) fn split(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axis = evaluator.axis(arguments, "dim", input.shape().rank())?;
    if items(arguments.get("split_size").0).is_none() {
        let length = arguments.count("split_size")?;
        return Ok(Value::tuple(evaluator.parts(input, axis, length, arguments.place)?));
    }
    let lengths = arguments.lengths("split_size", 0)?;
    let whole = input.shape().dims()[axis];
    if lengths.iter().fold(0_usize, |sum, &length| sum.saturating_add(length)) != whole {
        return Err(arguments.error(format!("the lengths {lengths:?} must add up to the {whole} of axis {axis}")));
    }
    let mut start = 0;
    let mut parts = Vec::with_capacity(lengths.len());
    for length in lengths {
        parts.push(evaluator.made(input.narrow(axis, start, length), arguments.place)?);
        start += length;
    }
    Ok(Value::tuple(parts))
}

pub(super) fn unbind(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axis = evaluator.axis(arguments, "dim", input.shape().rank())?;
    let count = input.shape().dims()[axis];
    evaluator.spend(count, arguments.place)?;
    let parts: Result<Vec<Value>> =
        (0..count).map(|index| evaluator.made(input.select(axis, index), arguments.place)).collect();
    Ok(Value::tuple(parts?))
}

pub(super) fn narrow(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axis = evaluator.axis(arguments, "dim", input.shape().rank())?;
    let start = usize::try_from(arguments.whole("start")?).unwrap_or(usize::MAX);
    evaluator.made(input.narrow(axis, start, arguments.count("length")?), arguments.place)
}

pub(super) fn select(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axis = evaluator.axis(arguments, "dim", input.shape().rank())?;
    let index = evaluator.axis(arguments, "index", input.shape().dims()[axis])?;
    evaluator.made(input.select(axis, index), arguments.place)
}

pub(super) fn flip(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let axes = evaluator.axes(arguments, "dims", input.shape().rank())?;
    evaluator.made(input.flip(&axes), arguments.place)
}

pub(super) fn roll(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let mut input = evaluator.input(arguments)?;
    let axes = evaluator.axes(arguments, "dims", input.shape().rank())?;
    let shifts = evaluator.wholes(arguments, "shifts")?;
    if shifts.len() != axes.len() {
        return Err(arguments.error("`shifts` and `dims` must be as many"));
    }
    for (axis, shift) in axes.into_iter().zip(shifts) {
        let length = input.shape().dims()[axis];
        let by = shift.rem_euclid(length.max(1) as isize) as usize;
        if by > 0 {
            let parts = [input.narrow(axis, length - by, by), input.narrow(axis, 0, length - by)];
            input = input.graph().concat(&parts, axis);
        }
    }
    evaluator.made(input, arguments.place)
}

pub(super) fn expand(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let shape = input.shape();
    let sizes = evaluator.wholes(arguments, "sizes")?;
    let Some(missing) = sizes.len().checked_sub(shape.rank()) else {
        return Err(arguments.error(format!("`expand` needs a length for each axis of {shape}")));
    };
    let length = |(axis, &size): (usize, &isize)| match (usize::try_from(size), axis.checked_sub(missing)) {
        (Ok(length), _) => length,
        (Err(_), axis) => axis.map_or(1, |axis| shape.dims()[axis]),
    };
    let lengths: Vec<usize> = sizes.iter().enumerate().map(length).collect();
    evaluator.made(input.expand(lengths), arguments.place)
}

pub(super) fn expand_as(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let other = evaluator.argument(arguments, "other")?;
    evaluator.apply(arguments, |input| input.expand(other.shape()))
}

pub(super) fn repeat(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let mut input = evaluator.input(arguments)?;
    let sizes = evaluator.wholes(arguments, "sizes")?;
    if sizes.len() < input.shape().rank() || sizes.iter().any(|&size| !(1..=1000).contains(&size)) {
        return Err(arguments.error("`repeat` needs how often for each axis, from 1 to 1000"));
    }
    while input.shape().rank() < sizes.len() {
        input = input.unsqueeze(0);
    }
    for (axis, &size) in sizes.iter().enumerate().filter(|(_, size)| **size > 1) {
        evaluator.spend(size as usize, arguments.place)?;
        input = input.graph().concat(&vec![input; size as usize], axis);
    }
    evaluator.made(input, arguments.place)
}

/// PyTorch names the last axis first: [left, right, above, below].
pub(super) fn pad(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    arguments.word("mode", &["constant"])?;
    let value = if arguments.given("value") { arguments.number("value")? } else { 0.0 };
    let amounts = evaluator.wholes(arguments, "pad")?;
    if !amounts.len().is_multiple_of(2) || amounts.len() / 2 > input.shape().rank() {
        return Err(arguments.error("`pad` is two whole numbers an axis, the last axis first"));
    }
    // What is negative cuts off.
    let mut cut = input;
    let rank = input.shape().rank();
    for (index, pair) in amounts.chunks_exact(2).enumerate() {
        let [before, after] = [pair[0], pair[1]].map(|amount| amount.min(0).unsigned_abs());
        let (axis, length) = (rank - 1 - index, cut.shape().dims()[rank - 1 - index]);
        if before + after > 0 {
            cut = cut.narrow(axis, before, length.saturating_sub(before + after));
        }
    }
    let pairs = amounts.chunks_exact(2).rev().map(|pair| [pair[0].max(0) as usize, pair[1].max(0) as usize]);
    evaluator.made(cut.pad(&pairs.collect::<Vec<_>>(), value), arguments.place)
}

pub(super) fn pixel_shuffle(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let by = arguments.count("upscale_factor")?;
    let &[count, channels, height, width] = input.shape().dims() else {
        return Err(arguments.error("`pixel_shuffle` takes pictures of shape [N, C, H, W]"));
    };
    if by > 1000 || !channels.is_multiple_of(by * by) {
        return Err(arguments.error(format!("{channels} channels do not fall into squares of {by} by {by}")));
    }
    let out = channels / (by * by);
    let squares = input.reshape([count, out, by, by, height, width]).permute(&[0, 1, 4, 2, 5, 3]);
    evaluator.made(squares.reshape([count, out, height * by, width * by]), arguments.place)
}

pub(super) fn size(evaluator: &mut Evaluator<'_, '_>, arguments: &Arguments) -> Result<Value> {
    let shape = match arguments.get("input").0 {
        Value::Stored(stored) => stored.shape.clone(),
        _ => evaluator.input(arguments)?.shape(),
    };
    if !arguments.given("dim") {
        return Ok(Value::lengths(&shape));
    }
    let axis = evaluator.axis(arguments, "dim", shape.rank())?;
    Ok(Value::Int(shape.dims()[axis] as i64))
}

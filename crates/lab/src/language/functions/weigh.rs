//! Arithmetic, products, and what layers do with parameters that are given to them.

use chalkgrad::nn::Mode;
use chalkgrad::op::Window;
use chalkgrad::{Operand, Shape, Tensor};

use super::super::arguments::Arguments;
use super::super::evaluator::{Evaluator, Result};
use super::super::value::Value;

type Run<'a, 's, 'g> = &'a mut Evaluator<'s, 'g>;

pub(super) fn arithmetic(operator: &str, evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let (input, place) = arguments.get("input");
    let mut other = arguments.get("other").0.clone();
    if let Some(alpha) = arguments.get("alpha").0.number().filter(|&alpha| alpha != 1.0) {
        other = evaluator.binary("*", &other, &Value::Float(alpha), place)?;
    }
    evaluator.binary(operator, input, &other, arguments.place)
}

pub(super) fn pow(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    evaluator.binary("**", arguments.get("input").0, arguments.get("exponent").0, arguments.place)
}

/// A function of two tensors, of which the second may be a number.
fn pair<'g>(
    evaluator: Run<'_, '_, 'g>,
    arguments: &Arguments,
    apply: fn(Tensor<'g>, Tensor<'g>) -> Tensor<'g>,
) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let other = match arguments.get("other").0.number() {
        Some(number) => evaluator.filled(number, input),
        None => evaluator.argument(arguments, "other")?,
    };
    evaluator.made(apply(input, other), arguments.place)
}

pub(super) fn maximum(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    pair(evaluator, arguments, |x, y| x.maximum(y))
}

pub(super) fn minimum(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    pair(evaluator, arguments, |x, y| x.minimum(y))
}

pub(super) fn matmul(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let other = evaluator.argument(arguments, "other")?;
    evaluator.apply(arguments, |input| input.matmul(other))
}

pub(super) fn clamp(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let (min, max) = (arguments.optional_number("min")?, arguments.optional_number("max")?);
    evaluator.apply(arguments, |input| input.clamp(min, max))
}

pub(super) fn choose(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let condition = evaluator.argument(arguments, "condition")?;
    let side = |name: &str| match arguments.get(name).0.number() {
        Some(number) => Ok(number.beside(condition)),
        None => evaluator.argument(arguments, name),
    };
    let (then, otherwise) = (side("input")?, side("other")?);
    evaluator.made(condition.choose(then, otherwise), arguments.place)
}

/// A tensor that need not be given.
fn optional<'g>(evaluator: &Evaluator<'_, 'g>, arguments: &Arguments, name: &str) -> Result<Option<Tensor<'g>>> {
    if arguments.given(name) { evaluator.argument(arguments, name).map(Some) } else { Ok(None) }
}

pub(super) fn linear(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let (weight, bias) = (evaluator.argument(arguments, "weight")?, optional(evaluator, arguments, "bias")?);
    evaluator.apply(arguments, |input| input.linear(weight, bias))
}

pub(super) fn conv2d(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let (weight, bias) = (evaluator.argument(arguments, "weight")?, optional(evaluator, arguments, "bias")?);
    let kernel = match *weight.shape().dims() {
        [_, _, height, width] => [height, width],
        _ => return Err(arguments.error("`weight` must have the shape [out, in, height, width]")),
    };
    let (stride, dilation) = (arguments.pair("stride", 1)?, arguments.pair("dilation", 1)?);
    let padding = match arguments.is_word("padding", "same") {
        true => [0, 1].map(|axis| dilation[axis].saturating_mul(kernel[axis].saturating_sub(1)) / 2),
        false => arguments.pair("padding", 0)?,
    };
    let groups = arguments.count("groups")?;
    evaluator.apply(arguments, |input| {
        input.conv2d_grouped(weight, bias, Window { kernel, stride, padding, dilation }, groups)
    })
}

pub(super) fn layer_norm(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let shape = Shape::from(arguments.lengths("normalized_shape", 1)?);
    let (weight, bias) = (optional(evaluator, arguments, "weight")?, optional(evaluator, arguments, "bias")?);
    let (input, eps) = (evaluator.input(arguments)?, arguments.number("eps")?);
    if !input.shape().dims().ends_with(shape.dims()) {
        let rule = format!("it normalises over last axes of the shape {shape}, and the tensor has {}", input.shape());
        return Err(arguments.error(rule));
    }
    evaluator.made(input.layer_norm(shape.rank(), weight, bias, eps), arguments.place)
}

pub(super) fn dropout(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    drop_out(evaluator, arguments, |shape| shape)
}

pub(super) fn dropout2d(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    drop_out(evaluator, arguments, |shape| {
        let lengths = shape.dims().iter().enumerate();
        lengths.map(|(axis, &length)| if axis < 2 { length } else { 1 }).collect::<Vec<_>>().into()
    })
}

/// As PyTorch's: where `training` is not said, it drops in evaluation too.
fn drop_out(evaluator: Run<'_, '_, '_>, arguments: &Arguments, together: fn(Shape) -> Shape) -> Result<Value> {
    let input = evaluator.input(arguments)?;
    let p = arguments.number("p")?;
    if !(0.0..=1.0).contains(&p) {
        return Err(arguments.error(format!("a probability lies between 0 and 1, and {p} does not")));
    }
    if !arguments.flag("training")? {
        return evaluator.apply(arguments, |input| input);
    }
    let scope = evaluator.pass(arguments.place)?;
    if scope.mode() == Mode::Evaluate {
        let rule = "this drops numbers where the network is used, too: `training=self.training` says when it learns";
        return Err(arguments.error(rule));
    }
    let random = scope.random(together(input.shape()));
    let dropped = input.dropout(p, random);
    evaluator.made_of(arguments.get("input").0, dropped, arguments.flag("inplace")?, arguments.place)
}

pub(super) fn attention(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    if arguments.given("attn_mask") || arguments.flag("is_causal")? || arguments.number("dropout_p")? != 0.0 {
        return Err(arguments.error("attention is read without a mask and without dropout"));
    }
    let [query, key, value] = ["query", "key", "value"].map(|name| evaluator.argument(arguments, name));
    let (query, key, value) = (query?, key?, value?);
    let (shape, rank) = (query.shape(), key.shape().rank());
    let Some(&width) = shape.dims().last().filter(|_| shape.rank() >= 2 && rank >= 2) else {
        return Err(arguments.error("attention takes tensors of at least two axes, […, tokens, features]"));
    };
    let scale = arguments.optional_number("scale")?.unwrap_or(1.0 / (width as f64).sqrt());
    let scores = query.matmul(key.transpose(rank - 2, rank - 1)) * scale;
    let last = scores.shape().rank().saturating_sub(1);
    evaluator.made(scores.softmax(last).matmul(value), arguments.place)
}

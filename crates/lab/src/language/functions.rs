//! Functions and methods of tensors that are no layers: `torch.cat`, `F.pad`, `x.view`. One table: name, signature, where it is
//! found, and what it does.

use chalkgrad::Tensor;

use super::arguments::Arguments;
use super::evaluator::{Evaluator, Result};
use super::layers::{F, LAYERS, Layer, METHOD, TORCH};
use super::value::Value;

mod create;
mod reduce;
mod reshape;
mod weigh;

pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) signature: &'static str,
    pub(super) spaces: u8,
    pub(super) run: fn(&mut Evaluator<'_, '_>, &Arguments) -> Result<Value>,
}

impl Operation {
    /// As errors name it.
    pub(super) fn shown(&self) -> String {
        shown(self.name, self.spaces)
    }
}

/// A function with the shortest name of the module that it is in.
pub(super) fn shown(name: &str, spaces: u8) -> String {
    match spaces {
        spaces if spaces & TORCH != 0 => format!("torch.{name}"),
        spaces if spaces & F != 0 => format!("F.{name}"),
        _ => format!(".{name}"),
    }
}

const ANY: u8 = TORCH + METHOD;

macro_rules! operations {
    ($($name:literal($signature:expr) in $spaces:expr, $run:expr;)*) => {
        &[$(Operation { name: $name, signature: $signature, spaces: $spaces, run: $run }),*]
    };
}

/// What takes a tensor and nothing else.
macro_rules! elementwise {
    (in $space:expr; $($name:literal $apply:expr;)*) => {
        &[$(Operation {
            name: $name,
            signature: "input",
            spaces: $space,
            run: |evaluator, arguments| evaluator.apply(arguments, $apply),
        }),*]
    };
}

const ELEMENTWISE: &[Operation] = elementwise! {
    in ANY;
    "abs" Tensor::abs;
    "exp" Tensor::exp;
    "expm1" Tensor::expm1;
    "log" Tensor::log;
    "log1p" Tensor::log1p;
    "log2" |x| x.log() * std::f64::consts::LOG2_E;
    "sqrt" Tensor::sqrt;
    "rsqrt" |x| 1.0 / x.sqrt();
    "square" |x| x * x;
    "reciprocal" |x| 1.0 / x;
    "neg" |x| -x;
    "sign" |x| x.gt(0.0) - x.lt(0.0);
    "sin" Tensor::sin;
    "cos" Tensor::cos;
    "erf" Tensor::erf;
};

/// What changes where a tensor lies, and not what it is.
const IDENTITIES: &[Operation] = elementwise! {
    in METHOD;
    "contiguous" |x| x;
    "clone" |x| x;
    "float" |x| x;
    "double" |x| x;
    "cpu" |x| x;
    "cuda" |x| x;
};

const OPERATIONS: &[Operation] = operations! {
    "cat"("tensors, dim=0") in TORCH, reshape::cat;
    "concat"("tensors, dim=0") in TORCH, reshape::cat;
    "stack"("tensors, dim=0") in TORCH, reshape::stack;
    "flatten"("input, start_dim=0, end_dim=-1") in ANY, reshape::flatten;
    "reshape"("input, *shape") in ANY, reshape::reshape;
    "view"("input, *shape") in METHOD, reshape::reshape;
    "view_as"("input, other") in METHOD, reshape::reshape_as;
    "reshape_as"("input, other") in METHOD, reshape::reshape_as;
    "unflatten"("input, dim, sizes") in ANY, reshape::unflatten;
    "permute"("input, *dims") in ANY, reshape::permute;
    "transpose"("input, dim0, dim1") in ANY, reshape::transpose;
    "swapaxes"("input, dim0, dim1") in ANY, reshape::transpose;
    "t"("input") in ANY, reshape::transposed;
    "unsqueeze"("input, dim") in ANY, reshape::unsqueeze;
    "squeeze"("input, dim=None") in ANY, reshape::squeeze;
    "chunk"("input, chunks, dim=0") in ANY, reshape::chunk;
    "split"("input, split_size, dim=0") in ANY, reshape::split;
    "unbind"("input, dim=0") in ANY, reshape::unbind;
    "narrow"("input, dim, start, length") in ANY, reshape::narrow;
    "select"("input, dim, index") in ANY, reshape::select;
    "flip"("input, *dims") in ANY, reshape::flip;
    "roll"("input, shifts, dims") in ANY, reshape::roll;
    "expand"("input, *sizes") in METHOD, reshape::expand;
    "expand_as"("input, other") in METHOD, reshape::expand_as;
    "repeat"("input, *sizes") in METHOD, reshape::repeat;
    "pad"("input, pad, mode='constant', value=0") in F, reshape::pad;
    "pixel_shuffle"("input, upscale_factor") in F, reshape::pixel_shuffle;
    "size"("input, dim=None") in METHOD, reshape::size;
    "dim"("input") in METHOD, |evaluator, arguments| {
        Ok(Value::Int(evaluator.input(arguments)?.shape().rank() as i64))
    };
    "numel"("input") in ANY, |evaluator, arguments| {
        Ok(Value::Int(evaluator.input(arguments)?.shape().elements() as i64))
    };
    "to"("input, *anything") in METHOD, |evaluator, arguments| evaluator.apply(arguments, |x| x);
    "type_as"("input, other") in METHOD, |evaluator, arguments| evaluator.apply(arguments, |x| x);
    "mean"("input, dim=None, keepdim=False") in ANY, reduce::mean;
    "sum"("input, dim=None, keepdim=False") in ANY, reduce::sum;
    "var"("input, dim=None, unbiased=True, keepdim=False, correction=1") in ANY, reduce::var;
    "std"("input, dim=None, unbiased=True, keepdim=False, correction=1") in ANY, reduce::std;
    "norm"("input, p=2, dim=None, keepdim=False") in ANY, reduce::norm;
    "amax"("input, dim=None, keepdim=False") in ANY, reduce::amax;
    "amin"("input, dim=None, keepdim=False") in ANY, reduce::amin;
    "max"("input, dim=None, keepdim=False") in ANY, reduce::max;
    "min"("input, dim=None, keepdim=False") in ANY, reduce::min;
    "argmax"("input, dim=None, keepdim=False") in ANY, reduce::argmax;
    "logsumexp"("input, dim, keepdim=False") in ANY, reduce::logsumexp;
    "softmax"("input, dim=None") in ANY + F, reduce::softmax;
    "log_softmax"("input, dim=None") in ANY + F, reduce::log_softmax;
    "normalize"("input, p=2, dim=1, eps=1e-12") in F, reduce::normalize;
    "add"("input, other, alpha=1") in ANY, |evaluator, arguments| weigh::arithmetic("+", evaluator, arguments);
    "sub"("input, other, alpha=1") in ANY, |evaluator, arguments| weigh::arithmetic("-", evaluator, arguments);
    "mul"("input, other") in ANY, |evaluator, arguments| weigh::arithmetic("*", evaluator, arguments);
    "multiply"("input, other") in ANY, |evaluator, arguments| weigh::arithmetic("*", evaluator, arguments);
    "div"("input, other") in ANY, |evaluator, arguments| weigh::arithmetic("/", evaluator, arguments);
    "pow"("input, exponent") in ANY, weigh::pow;
    "maximum"("input, other") in ANY, weigh::maximum;
    "minimum"("input, other") in ANY, weigh::minimum;
    "clamp"("input, min=None, max=None") in ANY, weigh::clamp;
    "clip"("input, min=None, max=None") in ANY, weigh::clamp;
    "where"("condition, input, other") in TORCH, weigh::choose;
    "matmul"("input, other") in ANY, weigh::matmul;
    "bmm"("input, other") in ANY, weigh::matmul;
    "mm"("input, other") in ANY, weigh::matmul;
    "linear"("input, weight, bias=None") in F, weigh::linear;
    "conv2d"("input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1") in F, weigh::conv2d;
    "layer_norm"("input, normalized_shape, weight=None, bias=None, eps=1e-5") in F, weigh::layer_norm;
    "dropout"("input, p=0.5, training=True, inplace=False") in F + TORCH, weigh::dropout;
    "dropout2d"("input, p=0.5, training=True, inplace=False") in F, weigh::dropout2d;
    "scaled_dot_product_attention"("query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None")
        in F, weigh::attention;
    "zeros"("*size") in TORCH, create::zeros;
    "ones"("*size") in TORCH, create::ones;
    "empty"("*size") in TORCH, create::zeros;
    "full"("size, fill_value") in TORCH, create::full;
    "randn"("*size") in TORCH, create::randn;
    "rand"("*size") in TORCH, create::rand;
    "zeros_like"("input") in TORCH, |evaluator, arguments| evaluator.apply(arguments, |x| x.graph().constant(0.0, x.shape()));
    "ones_like"("input") in TORCH, |evaluator, arguments| evaluator.apply(arguments, |x| x.graph().constant(1.0, x.shape()));
    "full_like"("input, fill_value") in TORCH, create::full_like;
    "new_zeros"("input, *size") in METHOD, create::new_zeros;
    "tensor"("data") in TORCH, create::tensor;
    "arange"("*range") in TORCH, create::arange;
    "linspace"("start, end, steps") in TORCH, create::linspace;
};

/// A function of this name in these spaces.
pub(super) fn find(name: &str, space: u8) -> Option<Value> {
    let operation = ELEMENTWISE
        .iter()
        .chain(IDENTITIES)
        .chain(OPERATIONS)
        .find(|known| known.name == name && known.spaces & space != 0);
    let layer = || LAYERS.iter().find(|known| known.function == name && known.spaces & space != 0);
    operation.map(Value::Operation).or_else(|| layer().map(Value::LayerFunction))
}

/// A method of tensors: a function of which they are the first argument, or that writes into them.
pub(super) fn method(name: &str) -> Option<Value> {
    find(name, METHOD).or_else(|| find(name.strip_suffix('_')?, METHOD))
}

pub(super) fn method_names() -> impl Iterator<Item = &'static str> {
    names(METHOD)
}

/// Every name in these spaces.
pub(super) fn names(space: u8) -> impl Iterator<Item = &'static str> {
    let operations =
        ELEMENTWISE.iter().chain(IDENTITIES).chain(OPERATIONS).filter(move |known| known.spaces & space != 0);
    let layers = LAYERS.iter().filter(move |known: &&Layer| known.spaces & space != 0);
    operations.map(|known| known.name).chain(layers.map(|known| known.function))
}

impl<'g> Evaluator<'_, 'g> {
    /// The first argument as a tensor.
    pub(super) fn input(&self, arguments: &Arguments) -> Result<Tensor<'g>> {
        let (name, _) = arguments.values().next().unwrap_or(("input", &Value::None));
        self.argument(arguments, name)
    }

    /// An argument as a tensor.
    pub(super) fn argument(&self, arguments: &Arguments, name: &str) -> Result<Tensor<'g>> {
        let (value, place) = arguments.get(name);
        let tensor = self.tensor(value, place)?;
        self.pass(arguments.place)?;
        Ok(tensor)
    }

    /// A function of the first argument.
    pub(super) fn apply(
        &mut self,
        arguments: &Arguments,
        apply: impl FnOnce(Tensor<'g>) -> Tensor<'g>,
    ) -> Result<Value> {
        let input = self.input(arguments)?;
        self.made(apply(input), arguments.place)
    }

    /// The axis that an argument names, counted from the end where it is negative; `more` axes may come.
    pub(super) fn axis(&self, arguments: &Arguments, name: &str, rank: usize) -> Result<usize> {
        self.axis_of(arguments.whole(name)?, rank, arguments)
    }

    pub(super) fn axis_of(&self, dim: isize, rank: usize, arguments: &Arguments) -> Result<usize> {
        let axis = if dim < 0 { rank.checked_add_signed(dim) } else { usize::try_from(dim).ok() };
        let missing = || arguments.error(format!("there is no axis {dim} in a tensor of {rank} axes"));
        axis.filter(|&axis| axis < rank).ok_or_else(missing)
    }

    /// Whole numbers, given one by one or as a list; sizes may be negative.
    pub(super) fn wholes(&self, arguments: &Arguments, name: &str) -> Result<Vec<isize>> {
        let (value, place) = arguments.get(name);
        let values = super::arguments::items(value).unwrap_or_else(|| vec![value.clone()]);
        let values = match values.as_slice() {
            [only] => super::arguments::items(only).unwrap_or(values),
            _ => values,
        };
        let whole = |value: &Value| value.int().filter(|number| number.abs() <= 1 << 31).map(|number| number as isize);
        let wholes: Option<Vec<isize>> = values.iter().map(whole).collect();
        wholes.ok_or_else(|| super::error(place, format!("`{name}` must be whole numbers")))
    }

    /// The axes that an argument names; all of them where it is `None`.
    pub(super) fn axes(&self, arguments: &Arguments, name: &str, rank: usize) -> Result<Vec<usize>> {
        if !arguments.given(name) {
            return Ok((0..rank).collect());
        }
        let dims = self.wholes(arguments, name)?;
        dims.into_iter().map(|dim| self.axis_of(dim, rank, arguments)).collect()
    }
}

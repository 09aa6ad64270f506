//! Every layer that the library has, under PyTorch's names, argument names and defaults, in one table: what `nn.ReLU(…)` makes is
//! also what `F.relu(x, …)`, `torch.relu(x)` and `x.relu()` do.

use chalkgrad::nn::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, BatchNorm1d, BatchNorm2d, Conv2d, ConvTranspose2d, Dropout,
    Dropout2d, ELU, Flatten, GELU, Hardtanh, Identity, LayerNorm, LeakyReLU, Linear, LogSoftmax, MaxPool2d, Mish,
    Module, ReLU, ReLU6, SELU, SiLU, Sigmoid, SinReLU, Softmax, Softplus, Tanh, Upsample,
};
use chalkgrad::op::{Interpolation, Pool, Size, Window};

use super::arguments::Arguments;
use super::{Failure, Place, error, nearest};

type Made = Result<Box<dyn Module>, Failure>;

/// How a layer is read.
pub(super) struct Layer {
    pub(super) name: &'static str,
    /// As PyTorch's documentation has it; the function's is the same behind `input`.
    pub(super) signature: &'static str,
    /// The function that does the same, if there is one, and where it is found.
    pub(super) function: &'static str,
    pub(super) spaces: u8,
    pub(super) make: fn(&Arguments) -> Made,
}

impl PartialEq for Layer {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Layer {}

/// `F.name`, `torch.name`, and `x.name`.
pub(super) const F: u8 = 1;
pub(super) const TORCH: u8 = 2;
pub(super) const METHOD: u8 = 4;

const INPLACE: &str = "inplace=False";
const BATCH_NORM: &str = "num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True";

macro_rules! layers {
    ($($name:ident($signature:expr) $(as $function:literal in $spaces:expr)?, $make:expr;)*) => {
        &[$(Layer {
            name: stringify!($name),
            signature: $signature,
            function: concat!($($function)?),
            spaces: 0 $(+ $spaces)?,
            make: $make,
        }),*]
    };
}

/// Every layer but the containers.
pub(super) const LAYERS: &[Layer] = layers! {
    Conv2d("in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, \
        padding_mode='zeros'"), conv2d;
    ConvTranspose2d("in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, \
        bias=True, dilation=1, padding_mode='zeros'"), conv_transpose2d;
    Linear("in_features, out_features, bias=True"), |arguments| {
        let (in_features, out_features) = (arguments.count("in_features")?, arguments.count("out_features")?);
        Ok(Box::new(Linear { in_features, out_features, bias: arguments.flag("bias")? }))
    };
    MaxPool2d("kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False")
        as "max_pool2d" in F + TORCH, |arguments| {
            arguments.never("return_indices")?;
            Ok(Box::new(MaxPool2d { pool: pool(arguments, arguments.pair("dilation", 1)?)? }))
        };
    AvgPool2d("kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None")
        as "avg_pool2d" in F, avg_pool2d;
    AdaptiveAvgPool2d("output_size") as "adaptive_avg_pool2d" in F, |arguments| {
        Ok(Box::new(AdaptiveAvgPool2d { output_size: arguments.pair("output_size", 1)? }))
    };
    AdaptiveMaxPool2d("output_size, return_indices=False") as "adaptive_max_pool2d" in F, |arguments| {
        arguments.never("return_indices")?;
        Ok(Box::new(AdaptiveMaxPool2d { output_size: arguments.pair("output_size", 1)? }))
    };
    Upsample("size=None, scale_factor=None, mode='nearest', align_corners=None") as "interpolate" in F, upsample;
    BatchNorm1d(BATCH_NORM), batch_norm1d;
    BatchNorm2d(BATCH_NORM), batch_norm2d;
    LayerNorm("normalized_shape, eps=1e-5, elementwise_affine=True, bias=True"), |arguments| {
        Ok(Box::new(LayerNorm {
            normalized_shape: arguments.lengths("normalized_shape", 1)?.into(),
            eps: arguments.number("eps")?,
            elementwise_affine: arguments.flag("elementwise_affine")?,
            bias: arguments.flag("bias")?,
        }))
    };
    Dropout("p=0.5, inplace=False"), |arguments| Ok(Box::new(Dropout { p: arguments.number("p")? }));
    Dropout2d("p=0.5, inplace=False"), |arguments| Ok(Box::new(Dropout2d { p: arguments.number("p")? }));
    Flatten("start_dim=1, end_dim=-1"), |arguments| {
        Ok(Box::new(Flatten { start_dim: arguments.axis("start_dim")?, end_dim: arguments.axis("end_dim")? }))
    };
    Identity("*anything"), |_| Ok(Box::new(Identity));
    ReLU(INPLACE) as "relu" in F + TORCH + METHOD, |_| Ok(Box::new(ReLU));
    ReLU6(INPLACE) as "relu6" in F, |_| Ok(Box::new(ReLU6));
    SELU(INPLACE) as "selu" in F + TORCH, |_| Ok(Box::new(SELU));
    SiLU(INPLACE) as "silu" in F, |_| Ok(Box::new(SiLU));
    Mish(INPLACE) as "mish" in F, |_| Ok(Box::new(Mish));
    Sigmoid("") as "sigmoid" in F + TORCH + METHOD, |_| Ok(Box::new(Sigmoid));
    Tanh("") as "tanh" in F + TORCH + METHOD, |_| Ok(Box::new(Tanh));
    SinReLU(""), |_| Ok(Box::new(SinReLU));
    LeakyReLU("negative_slope=0.01, inplace=False") as "leaky_relu" in F, |arguments| {
        Ok(Box::new(LeakyReLU { negative_slope: arguments.number("negative_slope")? }))
    };
    ELU("alpha=1.0, inplace=False") as "elu" in F, |arguments| Ok(Box::new(ELU { alpha: arguments.number("alpha")? }));
    GELU("approximate='none'") as "gelu" in F, |arguments| {
        Ok(Box::new(GELU { tanh: arguments.word("approximate", &["none", "tanh"])? == "tanh" }))
    };
    Softmax("dim"), |arguments| Ok(Box::new(Softmax { dim: arguments.axis("dim")? }));
    LogSoftmax("dim"), |arguments| Ok(Box::new(LogSoftmax { dim: arguments.axis("dim")? }));
    Softplus("beta=1.0, threshold=20.0") as "softplus" in F, |arguments| {
        Ok(Box::new(Softplus { beta: arguments.number("beta")?, threshold: arguments.number("threshold")? }))
    };
    Hardtanh("min_val=-1.0, max_val=1.0, inplace=False") as "hardtanh" in F, |arguments| {
        Ok(Box::new(Hardtanh { min_val: arguments.number("min_val")?, max_val: arguments.number("max_val")? }))
    };
};

/// What PyTorch has and a network of pictures has no use for, with the reason.
const REFUSED: &[(&str, &str)] =
    &[("Embedding", "it looks up rows of a table by whole numbers, and the pixels of pictures are none")];

/// The layer of this name.
pub(super) fn find(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.name == name)
}

fn conv2d(arguments: &Arguments) -> Made {
    let same_padding = arguments.is_word("padding", "same");
    let is_number = !same_padding && !arguments.is_word("padding", "valid");
    let padding = if is_number { arguments.pair("padding", 0)? } else { [0; 2] };
    Ok(Box::new(Conv2d {
        in_channels: arguments.count("in_channels")?,
        out_channels: arguments.count("out_channels")?,
        window: window(arguments, padding)?,
        same_padding,
        groups: arguments.count("groups")?,
        bias: arguments.flag("bias")?,
    }))
}

fn conv_transpose2d(arguments: &Arguments) -> Made {
    Ok(Box::new(ConvTranspose2d {
        in_channels: arguments.count("in_channels")?,
        out_channels: arguments.count("out_channels")?,
        window: window(arguments, arguments.pair("padding", 0)?)?,
        output_padding: arguments.pair("output_padding", 0)?,
        groups: arguments.count("groups")?,
        bias: arguments.flag("bias")?,
    }))
}

/// A convolution's.
fn window(arguments: &Arguments, padding: [usize; 2]) -> Result<Window, Failure> {
    arguments.word("padding_mode", &["zeros"])?;
    let (kernel, stride) = (arguments.pair("kernel_size", 1)?, arguments.pair("stride", 1)?);
    Ok(Window { kernel, stride, padding, dilation: arguments.pair("dilation", 1)? })
}

/// A pool moves by its own size where no stride is given.
fn pool(arguments: &Arguments, dilation: [usize; 2]) -> Result<Pool, Failure> {
    let kernel = arguments.pair("kernel_size", 1)?;
    let stride = if arguments.given("stride") { arguments.pair("stride", 1)? } else { kernel };
    let window = Window { kernel, stride, padding: arguments.pair("padding", 0)?, dilation };
    Ok(Pool::from(window).ceil_mode(arguments.flag("ceil_mode")?))
}

fn avg_pool2d(arguments: &Arguments) -> Made {
    if arguments.given("divisor_override") {
        return Err(arguments.error("`divisor_override` is not supported; multiply the result by a number"));
    }
    let count_include_pad = arguments.flag("count_include_pad")?;
    Ok(Box::new(AvgPool2d { pool: pool(arguments, [1; 2])?.count_include_pad(count_include_pad) }))
}

fn upsample(arguments: &Arguments) -> Made {
    let mode = match arguments.word("mode", &["nearest", "bilinear"])? {
        "bilinear" => Interpolation::Bilinear { align_corners: arguments.flag("align_corners")? },
        _ => {
            arguments.never("align_corners")?;
            Interpolation::Nearest
        }
    };
    let size = match (arguments.given("size"), arguments.given("scale_factor")) {
        (true, false) => Size::Pixels(arguments.pair("size", 1)?),
        (false, true) => Size::ScaleFactor(arguments.numbers("scale_factor")?),
        _ => return Err(arguments.error(format!("{} needs one of `size` and `scale_factor`", arguments.callee))),
    };
    Ok(Box::new(Upsample { size, mode }))
}

macro_rules! batch_norms {
    ($($name:ident $layer:ident),*) => { $(
        fn $name(arguments: &Arguments) -> Made {
            Ok(Box::new($layer {
                num_features: arguments.count("num_features")?,
                eps: arguments.number("eps")?,
                momentum: arguments.optional_number("momentum")?,
                affine: arguments.flag("affine")?,
                track_running_stats: arguments.flag("track_running_stats")?,
            }))
        }
    )* };
}

batch_norms!(batch_norm1d BatchNorm1d, batch_norm2d BatchNorm2d);

/// Why there is no layer of this name.
pub(super) fn unknown(name: &str, place: Place) -> Failure {
    if let Some((_, reason)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        return error(place, format!("nn.{name} has no place in a network of pictures: {reason}"));
    }
    let containers = ["Sequential", "ModuleList", "ModuleDict", "Module", "Parameter"];
    let names: Vec<&str> = containers.into_iter().chain(LAYERS.iter().map(|layer| layer.name)).collect();
    let hint = match nearest(name, names.iter().copied()) {
        Some(nearest) => format!("did you mean `nn.{nearest}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    error(place, format!("there is no layer `{name}`; {hint}"))
}

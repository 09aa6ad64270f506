//! Calls to layers, under PyTorch's names, argument names and defaults.

use chalkgrad::nn::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, BatchNorm1d, BatchNorm2d, Conv2d, ConvTranspose2d, Dropout,
    Dropout2d, ELU, Flatten, GELU, Hardtanh, Identity, LayerNorm, LeakyReLU, Linear, LogSoftmax, MaxPool2d, Mish,
    Module, ReLU, ReLU6, SELU, Sequential, SiLU, Sigmoid, SinReLU, Softmax, Softplus, Tanh, Upsample,
};
use chalkgrad::op::{Interpolation, Pool, Size, Window};

use super::ParseError;
use super::arguments::Arguments;
use super::parser::{Argument, Call, Value, error};

type Layer = Result<Box<dyn Module>, ParseError>;

/// How a layer is read: its name, the names of its arguments, and what becomes of them.
type Reader = (&'static str, &'static [&'static str], fn(&Arguments<'_>) -> Layer);

/// Every layer but `Sequential`.
const LAYERS: &[Reader] = &[
    (
        "Conv2d",
        &["in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias"],
        conv2d,
    ),
    (
        "ConvTranspose2d",
        &[
            "in_channels",
            "out_channels",
            "kernel_size",
            "stride",
            "padding",
            "output_padding",
            "groups",
            "bias",
            "dilation",
        ],
        conv_transpose2d,
    ),
    ("Linear", &["in_features", "out_features", "bias"], linear),
    ("MaxPool2d", &["kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode"], max_pool2d),
    ("AvgPool2d", &["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"], avg_pool2d),
    ("AdaptiveAvgPool2d", &["output_size"], |arguments| {
        Ok(Box::new(AdaptiveAvgPool2d { output_size: arguments.pair("output_size", 1, None)? }))
    }),
    ("AdaptiveMaxPool2d", &["output_size", "return_indices"], |arguments| {
        arguments.never("return_indices")?;
        Ok(Box::new(AdaptiveMaxPool2d { output_size: arguments.pair("output_size", 1, None)? }))
    }),
    ("Upsample", &["size", "scale_factor", "mode", "align_corners"], upsample),
    ("BatchNorm1d", &["num_features", "eps", "momentum", "affine", "track_running_stats"], batch_norm1d),
    ("BatchNorm2d", &["num_features", "eps", "momentum", "affine", "track_running_stats"], batch_norm2d),
    ("LayerNorm", &["normalized_shape", "eps", "elementwise_affine", "bias"], layer_norm),
    ("Dropout", &["p", "inplace"], |arguments| plain(arguments, Dropout { p: arguments.number("p", 0.5)? })),
    ("Dropout2d", &["p", "inplace"], |arguments| plain(arguments, Dropout2d { p: arguments.number("p", 0.5)? })),
    ("Flatten", &["start_dim", "end_dim"], |arguments| {
        let (start_dim, end_dim) = (arguments.axis("start_dim", Some(1))?, arguments.axis("end_dim", Some(-1))?);
        Ok(Box::new(Flatten { start_dim, end_dim }))
    }),
    ("Identity", &[], |_| Ok(Box::new(Identity))),
    ("ReLU", INPLACE, |arguments| plain(arguments, ReLU)),
    ("ReLU6", INPLACE, |arguments| plain(arguments, ReLU6)),
    ("SELU", INPLACE, |arguments| plain(arguments, SELU)),
    ("SiLU", INPLACE, |arguments| plain(arguments, SiLU)),
    ("Mish", INPLACE, |arguments| plain(arguments, Mish)),
    ("Sigmoid", &[], |_| Ok(Box::new(Sigmoid))),
    ("Tanh", &[], |_| Ok(Box::new(Tanh))),
    ("SinReLU", &[], |_| Ok(Box::new(SinReLU))),
    ("LeakyReLU", &["negative_slope", "inplace"], |arguments| {
        plain(arguments, LeakyReLU { negative_slope: arguments.number("negative_slope", 0.01)? })
    }),
    ("ELU", &["alpha", "inplace"], |arguments| plain(arguments, ELU { alpha: arguments.number("alpha", 1.0)? })),
    ("GELU", &["approximate"], |arguments| {
        Ok(Box::new(GELU { tanh: arguments.word("approximate", &["none", "tanh"])? == "tanh" }))
    }),
    ("Softmax", &["dim"], |arguments| Ok(Box::new(Softmax { dim: arguments.axis("dim", None)? }))),
    ("LogSoftmax", &["dim"], |arguments| Ok(Box::new(LogSoftmax { dim: arguments.axis("dim", None)? }))),
    ("Softplus", &["beta", "threshold"], |arguments| {
        let (beta, threshold) = (arguments.number("beta", 1.0)?, arguments.number("threshold", 20.0)?);
        Ok(Box::new(Softplus { beta, threshold }))
    }),
    ("Hardtanh", &["min_val", "max_val", "inplace"], |arguments| {
        let (min_val, max_val) = (arguments.number("min_val", -1.0)?, arguments.number("max_val", 1.0)?);
        plain(arguments, Hardtanh { min_val, max_val })
    }),
];

const INPLACE: &[&str] = &["inplace"];

/// What PyTorch has and a network of pictures has no use for, with the reason.
const REFUSED: &[(&str, &str)] =
    &[("Embedding", "it looks up rows of a table by whole numbers, and the pixels of pictures are none")];

/// A chain of layers.
pub(super) fn sequential(call: &Call) -> Result<Sequential, ParseError> {
    let layer = |argument: &Argument| match argument {
        Argument { name: None, value: Value::Call(call), .. } => layer(call),
        Argument { place, .. } => Err(error(*place, "nn.Sequential takes layers, such as nn.ReLU()")),
    };
    call.arguments.iter().map(layer).collect()
}

fn layer(call: &Call) -> Layer {
    if call.name == "Sequential" {
        return Ok(Box::new(sequential(call)?));
    }
    match LAYERS.iter().find(|(name, ..)| *name == call.name) {
        Some((_, names, read)) => read(&Arguments::new(call, names)?),
        None => Err(unknown(call)),
    }
}

/// A layer that PyTorch may compute in place, which makes no difference here.
fn plain(arguments: &Arguments<'_>, layer: impl Module + 'static) -> Layer {
    arguments.flag("inplace", false)?;
    Ok(Box::new(layer))
}

fn conv2d(arguments: &Arguments<'_>) -> Layer {
    let [same_padding, none] = ["same", "valid"].map(|word| arguments.is_word("padding", word));
    let padding = if same_padding || none { [0; 2] } else { padding(arguments)? };
    Ok(Box::new(Conv2d {
        in_channels: arguments.count("in_channels")?,
        out_channels: arguments.count("out_channels")?,
        window: window(arguments, padding)?,
        same_padding,
        groups: arguments.count_or("groups", 1)?,
        bias: arguments.flag("bias", true)?,
    }))
}

fn conv_transpose2d(arguments: &Arguments<'_>) -> Layer {
    Ok(Box::new(ConvTranspose2d {
        in_channels: arguments.count("in_channels")?,
        out_channels: arguments.count("out_channels")?,
        window: window(arguments, padding(arguments)?)?,
        output_padding: arguments.pair("output_padding", 0, Some([0; 2]))?,
        groups: arguments.count_or("groups", 1)?,
        bias: arguments.flag("bias", true)?,
    }))
}

/// A convolution's.
fn window(arguments: &Arguments<'_>, padding: [usize; 2]) -> Result<Window, ParseError> {
    let (kernel, stride) = (arguments.pair("kernel_size", 1, None)?, arguments.pair("stride", 1, Some([1; 2]))?);
    Ok(Window { kernel, stride, padding, dilation: arguments.pair("dilation", 1, Some([1; 2]))? })
}

fn padding(arguments: &Arguments<'_>) -> Result<[usize; 2], ParseError> {
    arguments.pair("padding", 0, Some([0; 2]))
}

fn linear(arguments: &Arguments<'_>) -> Layer {
    let (in_features, out_features) = (arguments.count("in_features")?, arguments.count("out_features")?);
    Ok(Box::new(Linear { in_features, out_features, bias: arguments.flag("bias", true)? }))
}

fn max_pool2d(arguments: &Arguments<'_>) -> Layer {
    arguments.never("return_indices")?;
    Ok(Box::new(MaxPool2d { pool: pool(arguments)? }))
}

fn avg_pool2d(arguments: &Arguments<'_>) -> Layer {
    let count_include_pad = arguments.flag("count_include_pad", true)?;
    Ok(Box::new(AvgPool2d { pool: pool(arguments)?.count_include_pad(count_include_pad) }))
}

/// A pool moves by its own size where no stride is given.
fn pool(arguments: &Arguments<'_>) -> Result<Pool, ParseError> {
    let kernel = arguments.pair("kernel_size", 1, None)?;
    let stride = arguments.pair("stride", 1, Some(kernel))?;
    let dilation = arguments.pair("dilation", 1, Some([1; 2]))?;
    let window = Window { kernel, stride, padding: padding(arguments)?, dilation };
    Ok(Pool::from(window).ceil_mode(arguments.flag("ceil_mode", false)?))
}

fn upsample(arguments: &Arguments<'_>) -> Layer {
    let mode = match arguments.word("mode", &["nearest", "bilinear"])? {
        "bilinear" => Interpolation::Bilinear { align_corners: arguments.flag("align_corners", false)? },
        _ => {
            arguments.never("align_corners")?;
            Interpolation::Nearest
        }
    };
    let size = match (arguments.given("size"), arguments.given("scale_factor")) {
        (true, false) => Size::Pixels(arguments.pair("size", 1, None)?),
        (false, true) => Size::ScaleFactor(arguments.numbers("scale_factor")?),
        _ => return Err(arguments.error("nn.Upsample needs one of `size` and `scale_factor`")),
    };
    Ok(Box::new(Upsample { size, mode }))
}

macro_rules! batch_norms {
    ($($name:ident $layer:ident),*) => { $(
        fn $name(arguments: &Arguments<'_>) -> Layer {
            let momentum = if arguments.is_none("momentum") { None } else { Some(arguments.number("momentum", 0.1)?) };
            Ok(Box::new($layer {
                num_features: arguments.count("num_features")?,
                eps: arguments.number("eps", 1e-5)?,
                momentum,
                affine: arguments.flag("affine", true)?,
                track_running_stats: arguments.flag("track_running_stats", true)?,
            }))
        }
    )* };
}

batch_norms!(batch_norm1d BatchNorm1d, batch_norm2d BatchNorm2d);

fn layer_norm(arguments: &Arguments<'_>) -> Layer {
    Ok(Box::new(LayerNorm {
        normalized_shape: arguments.lengths("normalized_shape")?.into(),
        eps: arguments.number("eps", 1e-5)?,
        elementwise_affine: arguments.flag("elementwise_affine", true)?,
        bias: arguments.flag("bias", true)?,
    }))
}

fn unknown(call: &Call) -> ParseError {
    let (name, lower) = (&call.name, call.name.to_lowercase());
    if let Some((_, reason)) = REFUSED.iter().find(|(refused, _)| refused == name) {
        return error(call.place, format!("nn.{name} has no place in a network of pictures: {reason}"));
    }
    let names = || std::iter::once("Sequential").chain(LAYERS.iter().map(|(name, ..)| *name));
    let distance = |known: &&str| distance(&lower, &known.to_lowercase());
    let hint = match names().min_by_key(distance).filter(|nearest| distance(nearest) <= 2) {
        Some(nearest) => format!("did you mean `nn.{nearest}`?"),
        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
    };
    error(call.place, format!("there is no layer `{name}`; {hint}"))
}

/// Levenshtein's edit distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}

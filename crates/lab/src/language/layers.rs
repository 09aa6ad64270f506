//! Calls to layers, under PyTorch's names, argument names and defaults.

use chalkgrad::nn::{AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential, Sigmoid, Tanh};
use chalkgrad::op::Window;

use super::ParseError;
use super::arguments::Arguments;
use super::parser::{Argument, Call, Value, error};

const NAMES: [&str; 9] =
    ["Sequential", "Conv2d", "Linear", "MaxPool2d", "AvgPool2d", "Flatten", "ReLU", "Sigmoid", "Tanh"];

/// A chain of layers.
pub(super) fn sequential(call: &Call) -> Result<Sequential, ParseError> {
    let layer = |argument: &Argument| match argument {
        Argument { name: None, value: Value::Call(call), .. } => layer(call),
        Argument { place, .. } => Err(error(*place, "nn.Sequential takes layers, such as nn.ReLU()")),
    };
    call.arguments.iter().map(layer).collect()
}

fn layer(call: &Call) -> Result<Box<dyn Module>, ParseError> {
    Ok(match call.name.as_str() {
        "Sequential" => Box::new(sequential(call)?),
        "Conv2d" => Box::new(conv2d(call)?),
        "Linear" => {
            let arguments = Arguments::new(call, &["in_features", "out_features", "bias"])?;
            let (in_features, out_features) = (arguments.count("in_features")?, arguments.count("out_features")?);
            Box::new(Linear { in_features, out_features, bias: arguments.flag("bias", true)? })
        }
        "MaxPool2d" => Box::new(MaxPool2d { window: pool(call, &["kernel_size", "stride", "padding", "dilation"])? }),
        "AvgPool2d" => Box::new(AvgPool2d { window: pool(call, &["kernel_size", "stride", "padding"])? }),
        "Flatten" => {
            let arguments = Arguments::new(call, &["start_dim"])?;
            arguments.only("start_dim", 1)?;
            Box::new(Flatten)
        }
        "ReLU" => {
            Arguments::new(call, &["inplace"])?.flag("inplace", false)?;
            Box::new(ReLU)
        }
        "Sigmoid" => {
            Arguments::new(call, &[])?;
            Box::new(Sigmoid)
        }
        "Tanh" => {
            Arguments::new(call, &[])?;
            Box::new(Tanh)
        }
        name => return Err(unknown(name, call)),
    })
}

fn conv2d(call: &Call) -> Result<Conv2d, ParseError> {
    const ARGUMENTS: &[&str] =
        &["in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias"];
    let arguments = Arguments::new(call, ARGUMENTS)?;
    arguments.only("dilation", 1)?;
    arguments.only("groups", 1)?;
    Ok(Conv2d {
        in_channels: arguments.count("in_channels")?,
        out_channels: arguments.count("out_channels")?,
        window: Window {
            kernel: arguments.pair("kernel_size", 1, None)?,
            stride: arguments.pair("stride", 1, Some([1; 2]))?,
            padding: arguments.pair("padding", 0, Some([0; 2]))?,
            dilation: [1; 2],
        },
        groups: 1,
        bias: arguments.flag("bias", true)?,
    })
}

fn pool(call: &Call, names: &'static [&'static str]) -> Result<Window, ParseError> {
    let arguments = Arguments::new(call, names)?;
    arguments.only("dilation", 1)?;
    let kernel = arguments.pair("kernel_size", 1, None)?;
    let stride = arguments.pair("stride", 1, Some(kernel))?;
    Ok(Window { kernel, stride, padding: arguments.pair("padding", 0, Some([0; 2]))?, dilation: [1; 2] })
}

fn unknown(name: &str, call: &Call) -> ParseError {
    let nearest = NAMES.iter().min_by_key(|known| distance(&name.to_lowercase(), &known.to_lowercase()));
    let hint = match nearest {
        Some(nearest) if distance(&name.to_lowercase(), &nearest.to_lowercase()) <= 2 => {
            format!("did you mean `nn.{nearest}`?")
        }
        _ => format!("there are {}", NAMES.join(", ")),
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

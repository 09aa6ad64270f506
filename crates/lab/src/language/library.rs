//! What the text finds without having made it: Python's builtins, PyTorch's modules, and what is refused by name.

use super::functions;
use super::layers::{F, TORCH};
use super::syntax::Name;
use super::value::{Container, Value};
use super::{Failure, Place, error, layers, nearest};

/// Modules of Python's that are known, by their paths; what lies in `torch.nn.modules` lies in `torch.nn` too.
const MODULES: &[(&str, &str)] = &[
    ("torch", "torch"),
    ("torch.nn", "torch.nn"),
    ("torch.nn.modules", "torch.nn"),
    ("torch.nn.parameter", "torch.nn"),
    ("torch.nn.functional", "torch.nn.functional"),
    ("torch.nn.init", "torch.nn.init"),
    ("math", "math"),
    ("collections", "collections"),
    ("functools", "functools"),
    ("typing", "typing"),
];

/// Names that notebooks use without an import that was pasted along.
const SHORT: &[(&str, &str)] = &[
    ("torch", "torch"),
    ("nn", "torch.nn"),
    ("F", "torch.nn.functional"),
    ("math", "math"),
    ("init", "torch.nn.init"),
];

const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "dict",
    "enumerate",
    "filter",
    "float",
    "getattr",
    "hasattr",
    "int",
    "isinstance",
    "len",
    "list",
    "map",
    "max",
    "min",
    "object",
    "pow",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "setattr",
    "sorted",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "zip",
    "OrderedDict",
    "partial",
    "Parameter",
    "issubclass",
    "callable",
];

pub(super) const INITIALIZERS: &[(&str, &str)] = &[
    ("init.uniform_", "tensor, a=0.0, b=1.0, generator=None"),
    ("init.normal_", "tensor, mean=0.0, std=1.0, generator=None"),
    ("init.trunc_normal_", "tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None"),
    ("init.constant_", "tensor, val"),
    ("init.ones_", "tensor"),
    ("init.zeros_", "tensor"),
    ("init.eye_", "tensor"),
    ("init.dirac_", "tensor, groups=1"),
    ("init.xavier_uniform_", "tensor, gain=1.0, generator=None"),
    ("init.xavier_normal_", "tensor, gain=1.0, generator=None"),
    ("init.kaiming_uniform_", "tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None"),
    ("init.kaiming_normal_", "tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None"),
    ("init.orthogonal_", "tensor, gain=1, generator=None"),
    ("init.sparse_", "tensor, sparsity, std=0.01, generator=None"),
    ("init.calculate_gain", "nonlinearity, param=None"),
];

/// A function of a number, by its whole name.
type OfNumber = (&'static str, fn(f64) -> f64);

/// Functions of numbers in `math`.
pub(super) const MATH: &[OfNumber] = &[
    ("math.sqrt", f64::sqrt),
    ("math.exp", f64::exp),
    ("math.log2", f64::log2),
    ("math.log10", f64::log10),
    ("math.sin", f64::sin),
    ("math.cos", f64::cos),
    ("math.tan", f64::tan),
    ("math.tanh", f64::tanh),
    ("math.fabs", f64::abs),
];

/// The rest of `math`.
const MORE_MATH: &[&str] = &["math.log", "math.pow", "math.ceil", "math.floor", "math.prod", "math.gcd"];

/// What is never run here, and the sentence that says so.
const FORBIDDEN: &[&str] = &[
    "open",
    "eval",
    "exec",
    "compile",
    "input",
    "globals",
    "locals",
    "vars",
    "__import__",
    "breakpoint",
    "delattr",
    "memoryview",
    "exit",
    "quit",
    "help",
    "dir",
];

pub(super) fn forbidden(name: &str) -> Option<String> {
    let sentence = || format!("`{name}` is not supported in a network: its text is read, and never executed");
    FORBIDDEN.contains(&name).then(sentence)
}

/// A name that no line of the text gave a value.
pub(super) fn builtin(name: &str) -> Option<Value> {
    if let Some((_, path)) = SHORT.iter().find(|(short, _)| *short == name) {
        return Some(Value::Namespace(path));
    }
    if let Some(known) = BUILTINS.iter().find(|known| **known == name) {
        return Some(Value::Known(known));
    }
    match name {
        "__name__" => Some(Value::text("__main__")),
        name => class(name),
    }
}

/// A class of `torch.nn`.
fn class(name: &str) -> Option<Value> {
    let containers = [Container::Module, Container::Sequential, Container::List, Container::Dict];
    let container = containers.into_iter().find(|container| container.name() == name).map(Value::Container);
    container.or_else(|| layers::find(name).map(Value::Layer))
}

/// `import module`, `from module import name`
pub(super) fn import(module: &str, name: Option<&Name>, place: Place) -> Result<Value, Failure> {
    let known = |path: &str| MODULES.iter().find(|(known, _)| *known == path).map(|(_, path)| *path);
    match (known(module), name) {
        (Some(path), None) => Ok(Value::Namespace(path)),
        (Some("typing"), Some(name)) => Ok(Value::Foreign(name.clone())),
        (Some(path), Some(name)) => member(path, name, false, place),
        (None, Some(name)) => Ok(Value::Foreign(format!("{module}.{name}").into())),
        (None, None) => Ok(Value::Foreign(module.into())),
    }
}

/// `torch.nn.Conv2d`. Where only a network is read, what is not known is refused.
pub(super) fn member(path: &'static str, name: &Name, is_strict: bool, place: Place) -> Result<Value, Failure> {
    let whole = format!("{path}.{name}");
    if let Some((_, path)) = MODULES.iter().find(|(known, _)| *known == whole) {
        return Ok(Value::Namespace(path));
    }
    let foreign = || Ok(Value::Foreign(whole.as_str().into()));
    let short = path.rsplit('.').next().unwrap_or(path);
    let dotted = format!("{short}.{name}");
    let found = match path {
        "torch.nn" if &**name == "Parameter" => Some(Value::Known("Parameter")),
        // A criterion stands beside a network.
        "torch.nn" if name.ends_with("Loss") || matches!(&**name, "utils" | "DataParallel" | "parallel") => {
            return foreign();
        }
        "torch.nn" => return class(name).ok_or_else(|| layers::unknown(name, place)),
        "torch.nn.init" => {
            INITIALIZERS.iter().find(|(known, _)| *known == dotted).map(|(known, _)| Value::Known(known))
        }
        "torch.nn.functional" => functions::find(name, F),
        "torch" => functions::find(name, TORCH),
        "math" => math(&dotted),
        "collections" | "functools" => match &**name {
            "OrderedDict" => Some(Value::Known("OrderedDict")),
            "partial" => Some(Value::Known("partial")),
            _ => return foreign(),
        },
        _ => return foreign(),
    };
    match found {
        Some(value) => Ok(value),
        None if !is_strict && matches!(path, "torch" | "math") => foreign(),
        None if name.starts_with(|letter: char| letter.is_ascii_lowercase()) || path != "torch" => {
            Err(unknown(short, name, path, place))
        }
        // `torch.Tensor`, in type hints and checks.
        None => foreign(),
    }
}

fn math(dotted: &str) -> Option<Value> {
    let more = MORE_MATH.iter().copied();
    let mut functions = MATH.iter().map(|(known, _)| *known).chain(more);
    match dotted {
        "math.pi" => Some(Value::Float(std::f64::consts::PI)),
        "math.e" => Some(Value::Float(std::f64::consts::E)),
        "math.inf" => Some(Value::Float(f64::INFINITY)),
        dotted => functions.find(|known| *known == dotted).map(Value::Known),
    }
}

fn unknown(short: &str, name: &str, path: &str, place: Place) -> Failure {
    let short = if short == "functional" { "F" } else { short };
    let space = if path == "torch" { TORCH } else { F };
    let nearest = match path {
        "torch.nn.init" => nearest(name, INITIALIZERS.iter().map(|(known, _)| known.trim_start_matches("init."))),
        "math" => None,
        _ => nearest(name, functions::names(space)),
    };
    let hint = nearest.map_or(String::new(), |nearest| format!("; did you mean `{short}.{nearest}`?"));
    error(place, format!("there is no function `{short}.{name}` here{hint}"))
}

//! Values as Python writes them: numbers, texts, a layer's arguments, first values.

use chalkgrad::nn::{Fan, Init};

use super::super::arguments::{literal, signature};
use super::super::value::{Stored, Value};

/// A number that is one again when it is read.
pub(super) fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "math.nan".into(),
        f64::INFINITY => "math.inf".into(),
        f64::NEG_INFINITY => "-math.inf".into(),
        value => format!("{value:?}"),
    }
}

pub(super) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\t', "\\t");
    format!("'{text}'")
}

/// What has no name in the text: numbers, texts, and lists of them.
pub(super) fn plain(value: &Value) -> Option<String> {
    let all = |values: &[Value]| values.iter().map(plain).collect::<Option<Vec<String>>>().map(|all| all.join(", "));
    Some(match value {
        Value::None => "None".into(),
        Value::Ellipsis => "...".into(),
        Value::Bool(value) => if *value { "True" } else { "False" }.into(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => number(*value),
        Value::Text(text) => quoted(text),
        Value::Tuple(values) if values.len() == 1 => format!("({},)", all(values)?),
        Value::Tuple(values) => format!("({})", all(values)?),
        Value::List(values) => format!("[{}]", all(&values.borrow())?),
        Value::Dict(pairs) => {
            let pair = |(key, value): &(Value, Value)| Some(format!("{}: {}", plain(key)?, plain(value)?));
            format!("{{{}}}", pairs.borrow().iter().map(pair).collect::<Option<Vec<String>>>()?.join(", "))
        }
        Value::Range(range) => {
            let [start, stop, step] = **range;
            format!("range({start}, {stop}, {step})")
        }
        _ => return None,
    })
}

/// A layer's arguments: those without a default by their places, the others by name where they differ from it.
pub(super) fn arguments(text: &'static str, values: &[(&'static str, Value)]) -> String {
    let mut given = Vec::new();
    for ((name, default), (_, value)) in signature(text).zip(values) {
        let printed = plain(value).unwrap_or_else(|| "None".into());
        match default {
            None if name.starts_with('*') => {}
            None => given.push(printed),
            Some(default) if literal(default).equals(value) == Some(true) => {}
            Some(_) => given.push(format!("{name}={printed}")),
        }
    }
    given.join(", ")
}

/// A tensor before any graph.
pub(super) fn stored(stored: &Stored) -> String {
    let sizes: Vec<String> = stored.shape.dims().iter().map(usize::to_string).collect();
    let sizes = sizes.join(", ");
    // Without sizes, PyTorch's functions make nothing or a number, each in its way.
    let size = if sizes.is_empty() { "()".into() } else { sizes.clone() };
    let tuple = if stored.shape.rank() == 1 { format!("({sizes},)") } else { format!("({sizes})") };
    match stored.init.get() {
        _ if !stored.listed.is_empty() => {
            let numbers: Vec<String> = stored.listed.iter().map(|&value| number(value)).collect();
            format!("torch.tensor([{}]).reshape({tuple})", numbers.join(", "))
        }
        Init::Constant(0.0) => format!("torch.zeros({size})"),
        Init::Constant(1.0) => format!("torch.ones({size})"),
        Init::Constant(value) => format!("torch.full({tuple}, {})", number(value)),
        Init::Normal { mean: 0.0, deviation: 1.0 } => format!("torch.randn({size})"),
        Init::Uniform { low: 0.0, high: 1.0 } => format!("torch.rand({size})"),
        init => {
            let call = initializer(&init, &format!("torch.empty({size})"));
            format!("nn.init.{call}")
        }
    }
}

/// A call of `torch.nn.init` that gives a tensor these first values.
pub(super) fn initializer(init: &Init, tensor: &str) -> String {
    let gain = |name: &str, gain: f64| format!("{name}({tensor}, gain={})", number(gain));
    let kaiming = |name: &str, gain: f64, mode: Fan| {
        let mode = if mode == Fan::In { "fan_in" } else { "fan_out" };
        // gain² = 2 / (1 + a²): of a leaky ReLU any gain up to √2 can be said.
        let slope = (2.0 / (gain * gain) - 1.0).max(0.0).sqrt();
        format!("{name}({tensor}, a={}, mode='{mode}')", number(slope))
    };
    match *init {
        Init::Constant(value) => format!("constant_({tensor}, {})", number(value)),
        Init::Uniform { low, high } => format!("uniform_({tensor}, {}, {})", number(low), number(high)),
        Init::Normal { mean, deviation } => format!("normal_({tensor}, {}, {})", number(mean), number(deviation)),
        Init::TruncNormal { mean, deviation, low, high } => {
            let [mean, deviation, low, high] = [mean, deviation, low, high].map(number);
            format!("trunc_normal_({tensor}, {mean}, {deviation}, {low}, {high})")
        }
        Init::Eye => format!("eye_({tensor})"),
        Init::Dirac { groups } => format!("dirac_({tensor}, {groups})"),
        Init::XavierUniform { gain: by } => gain("xavier_uniform_", by),
        Init::XavierNormal { gain: by } => gain("xavier_normal_", by),
        Init::Orthogonal { gain: by } => gain("orthogonal_", by),
        Init::KaimingUniform { gain, mode } => kaiming("kaiming_uniform_", gain, mode),
        Init::KaimingNormal { gain, mode } => kaiming("kaiming_normal_", gain, mode),
        Init::Sparse { sparsity, deviation } => {
            format!("sparse_({tensor}, {}, {})", number(sparsity), number(deviation))
        }
        // Another of the library's, which no text can have asked for.
        _ => format!("zeros_({tensor})"),
    }
}

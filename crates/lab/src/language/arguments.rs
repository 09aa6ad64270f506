//! A call's arguments, matched against a signature that is written as PyTorch's documentation writes it, and taken one by one.

use super::syntax::Name;
use super::value::Value;
use super::{Failure, Place, error};

/// No length of a network is larger.
const LARGEST: i64 = 1_000_000_000;

/// What a call gives, evaluated.
pub(super) struct Given {
    pub(super) place: Place,
    pub(super) positional: Vec<(Value, Place)>,
    pub(super) keywords: Vec<(Name, Value, Place)>,
}

impl Given {
    /// Those of a call without arguments.
    pub(super) fn none(place: Place) -> Self {
        Self { place, positional: Vec::new(), keywords: Vec::new() }
    }

    /// With one more argument in front.
    pub(super) fn with_first(mut self, value: Value) -> Self {
        self.positional.insert(0, (value, self.place));
        self
    }
}

/// Arguments by name, with the signature's defaults for those that are not given.
pub(super) struct Arguments {
    /// What is called, as errors name it.
    pub(super) callee: String,
    pub(super) place: Place,
    values: Vec<(&'static str, Value, Place)>,
}

/// A signature's names, each with its default: `kernel_size, stride=None, *rest`.
pub(super) fn signature(text: &'static str) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    text.split(", ").filter(|part| !part.is_empty()).map(|part| match part.split_once('=') {
        Some((name, default)) => (name, Some(default)),
        None => (part, None),
    })
}

/// A default as it stands in a signature.
pub(super) fn literal(text: &str) -> Value {
    match text {
        "None" => Value::None,
        "True" => Value::Bool(true),
        "False" => Value::Bool(false),
        text => match (text.parse(), protocol::number(text)) {
            (Ok(number), _) => Value::Int(number),
            (_, Some(number)) => Value::Float(number),
            _ => Value::text(text.trim_matches('\'')),
        },
    }
}

impl Arguments {
    /// Fails on too many, missing, unknown and repeated arguments.
    pub(super) fn bind(callee: String, text: &'static str, given: Given) -> Result<Self, Failure> {
        let names: Vec<(&'static str, Option<&'static str>)> = signature(text).collect();
        let mut values: Vec<Option<(Value, Place)>> = names.iter().map(|_| None).collect();
        let mut positional = given.positional.into_iter();
        for (index, (name, _)) in names.iter().enumerate() {
            if name.starts_with('*') {
                let rest: Vec<Value> = positional.by_ref().map(|(value, _)| value).collect();
                values[index] = Some((Value::tuple(rest), given.place));
            } else if let Some(argument) = positional.next() {
                values[index] = Some(argument);
            }
        }
        if let Some((_, place)) = positional.next() {
            return Err(error(place, format!("{callee} takes {} arguments at most", names.len())));
        }
        for (name, value, place) in given.keywords {
            // Where and how precisely it computes is said elsewhere.
            if matches!(&*name, "device" | "dtype") {
                continue;
            }
            // NumPy's words, which PyTorch knows too.
            let name: Name = match &*name {
                "axis" => "dim".into(),
                "keepdims" => "keepdim".into(),
                _ => name,
            };
            let Some(index) = names.iter().position(|(known, _)| known.trim_start_matches('*') == &*name) else {
                let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
                let known = if known.is_empty() { "none".into() } else { known.join(", ") };
                return Err(error(place, format!("{callee} has no argument `{name}`; it takes {known}")));
            };
            let is_rest = matches!(&values[index], Some((Value::Tuple(rest), _)) if rest.is_empty());
            if values[index].replace((value, place)).is_some() && !is_rest {
                return Err(error(place, format!("`{name}` is given twice")));
            }
        }
        let mut bound = Vec::with_capacity(names.len());
        for ((name, default), value) in names.into_iter().zip(values) {
            let (value, place) = match (value, default) {
                (Some((value, place)), _) => (value, place),
                (None, Some(default)) => (literal(default), given.place),
                (None, None) => return Err(error(given.place, format!("{callee} needs `{name}`"))),
            };
            bound.push((name.trim_start_matches('*'), value, place));
        }
        Ok(Self { callee, place: given.place, values: bound })
    }

    /// Every argument, in the signature's order.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.values.iter().map(|(name, value, _)| (*name, value))
    }

    pub(super) fn get(&self, name: &str) -> (&Value, Place) {
        match self.values.iter().find(|(known, ..)| *known == name) {
            Some((_, value, place)) => (value, *place),
            None => (&Value::None, self.place),
        }
    }

    /// Whether it is given, and not as `None`.
    pub(super) fn given(&self, name: &str) -> bool {
        !matches!(self.get(name).0, Value::None)
    }

    /// What is wrong with the call as a whole.
    pub(super) fn error(&self, message: impl Into<String>) -> Failure {
        error(self.place, message)
    }

    /// What is wrong with one argument.
    fn must(&self, name: &str, rule: impl AsRef<str>) -> Failure {
        let (value, place) = self.get(name);
        let rule = rule.as_ref();
        error(
            place,
            match value {
                Value::None => format!("{} needs `{name}`", self.callee),
                Value::Int(number) if *number > LARGEST => {
                    format!("`{name}` is {number}: no device would hold its parameters")
                }
                Value::Foreign(from) => {
                    format!("`{name}` {rule}, and what `{from}` is cannot be known here: write it out")
                }
                Value::Float(number) if number.fract() == 0.0 && rule.contains("whole") => {
                    format!("`{name}` {rule}, and {number:?} is a fraction: `//` divides whole numbers, `/` does not")
                }
                _ => format!("`{name}` {rule}"),
            },
        )
    }

    /// A whole number of at least 1.
    pub(super) fn count(&self, name: &str) -> Result<usize, Failure> {
        let must = || self.must(name, "must be a whole number of at least 1");
        whole(self.get(name).0, 1).ok_or_else(must)
    }

    pub(super) fn number(&self, name: &str) -> Result<f64, Failure> {
        self.get(name).0.number().ok_or_else(|| self.must(name, "must be a number"))
    }

    /// A number, if it is given.
    pub(super) fn optional_number(&self, name: &str) -> Result<Option<f64>, Failure> {
        if self.given(name) { self.number(name).map(Some) } else { Ok(None) }
    }

    /// One or more whole numbers of at least `least`.
    pub(super) fn lengths(&self, name: &str, least: usize) -> Result<Vec<usize>, Failure> {
        let must = || self.must(name, format!("must be whole numbers of at least {least}"));
        let lengths: Option<Vec<usize>> = match items(self.get(name).0) {
            Some(values) => values.iter().map(|value| whole(value, least)).collect(),
            None => whole(self.get(name).0, least).map(|length| vec![length]),
        };
        lengths.filter(|lengths| !lengths.is_empty()).ok_or_else(must)
    }

    /// One number for both axes, or a pair.
    pub(super) fn pair(&self, name: &str, least: usize) -> Result<[usize; 2], Failure> {
        let must = || self.must(name, format!("must be a whole number of at least {least}, or two of them"));
        both(self.get(name).0, |value| whole(value, least)).ok_or_else(must)
    }

    /// One number for both axes, or two.
    pub(super) fn numbers(&self, name: &str) -> Result<[f64; 2], Failure> {
        both(self.get(name).0, Value::number).ok_or_else(|| self.must(name, "must be a number, or two of them"))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.get(name).0 {
            Value::Bool(flag) => Ok(*flag),
            Value::None => Ok(false),
            value => value.int().map(|int| int != 0).ok_or_else(|| self.must(name, "must be True or False")),
        }
    }

    /// One of these words.
    pub(super) fn word(&self, name: &str, words: &[&'static str]) -> Result<&'static str, Failure> {
        let known = words.iter().find(|&&word| self.is_word(name, word));
        known.copied().ok_or_else(|| {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            self.must(name, format!("must be {}", words.join(" or ")))
        })
    }

    /// Whether it is this word.
    pub(super) fn is_word(&self, name: &str, word: &str) -> bool {
        matches!(self.get(name).0, Value::Text(text) if **text == *word)
    }

    /// A whole number of any sign, small enough to name an axis or a place.
    pub(super) fn whole(&self, name: &str) -> Result<isize, Failure> {
        let number = self.get(name).0.int().filter(|number| number.abs() < 1 << 31);
        number.map(|number| number as isize).ok_or_else(|| self.must(name, "must be a whole number"))
    }

    /// An axis within each example: axis 0 counts the examples of a batch, which no layer mixes here.
    pub(super) fn axis(&self, name: &str) -> Result<isize, Failure> {
        match self.get(name).0.int() {
            Some(0) => Err(self.must(name, "cannot be 0, the axis that counts the pictures of a batch")),
            Some(axis) if axis.abs() <= 9 => Ok(axis as isize),
            _ => Err(self.must(name, "must be a whole number that names an axis, such as 1 or -1")),
        }
    }

    /// Fails where a flag is set that has no meaning here.
    pub(super) fn never(&self, name: &str) -> Result<(), Failure> {
        match self.flag(name)? {
            true => Err(error(self.get(name).1, format!("`{name}=True` is not supported"))),
            false => Ok(()),
        }
    }
}

/// The values of a tuple or a list.
pub(super) fn items(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Tuple(values) => Some(values.to_vec()),
        Value::List(values) => Some(values.borrow().clone()),
        _ => None,
    }
}

/// One value for both axes, or a pair.
fn both<T: Copy>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<[T; 2]> {
    match items(value) {
        Some(values) => match values.as_slice() {
            [both] => read(both).map(|value| [value; 2]),
            [height, width] => read(height).zip(read(width)).map(|(height, width)| [height, width]),
            _ => None,
        },
        None => read(value).map(|value| [value; 2]),
    }
}

fn whole(value: &Value, least: usize) -> Option<usize> {
    match value {
        Value::Int(number) if *number <= LARGEST => usize::try_from(*number).ok().filter(|number| *number >= least),
        _ => None,
    }
}

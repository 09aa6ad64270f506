//! A call's arguments, positional and by keyword, taken one by one under PyTorch's names.

use super::ParseError;
use super::parser::{Argument, Call, Value, error};

/// Matches a call against its layer's argument names.
pub(super) struct Arguments<'a> {
    call: &'a Call,
    values: Vec<Option<&'a Argument>>,
    names: &'static [&'static str],
}

impl<'a> Arguments<'a> {
    /// Fails on too many, unknown and repeated arguments.
    pub(super) fn new(call: &'a Call, names: &'static [&'static str]) -> Result<Self, ParseError> {
        let layer = &call.name;
        let mut values: Vec<Option<&Argument>> = vec![None; names.len()];
        for (index, argument) in call.arguments.iter().enumerate() {
            let slot = match &argument.name {
                None if index < names.len() => index,
                None => {
                    return Err(error(argument.place, format!("nn.{layer} takes {} arguments at most", names.len())));
                }
                Some(name) => names.iter().position(|known| known == name).ok_or_else(|| {
                    let known = if names.is_empty() { "none".into() } else { names.join(", ") };
                    error(argument.place, format!("nn.{layer} has no argument `{name}`; it takes {known}"))
                })?,
            };
            if values[slot].replace(argument).is_some() {
                return Err(error(argument.place, format!("`{}` is given twice", names[slot])));
            }
        }
        Ok(Self { call, values, names })
    }

    fn get(&self, name: &str) -> Option<&'a Argument> {
        let index = self.names.iter().position(|known| *known == name)?;
        self.values[index].filter(|argument| argument.value != Value::None)
    }

    fn required(&self, name: &str) -> Result<&'a Argument, ParseError> {
        self.get(name).ok_or_else(|| self.error(format!("nn.{} needs `{name}`", self.call.name)))
    }

    /// A whole number of at least 1.
    pub(super) fn count(&self, name: &str) -> Result<usize, ParseError> {
        let argument = self.required(name)?;
        let must = || error(argument.place, format!("`{name}` must be a whole number of at least 1"));
        whole(&argument.value, 1).ok_or_else(must)
    }

    /// A whole number of at least 1; `default` where it is not given.
    pub(super) fn count_or(&self, name: &str, default: usize) -> Result<usize, ParseError> {
        self.get(name).map_or(Ok(default), |_| self.count(name))
    }

    /// A number; `default` where it is not given.
    pub(super) fn number(&self, name: &str, default: f64) -> Result<f64, ParseError> {
        match self.get(name) {
            None => Ok(default),
            Some(Argument { value: Value::Number(number), .. }) => Ok(*number),
            Some(argument) => Err(error(argument.place, format!("`{name}` must be a number"))),
        }
    }

    /// Whether it is given, and not as `None`.
    pub(super) fn given(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// What is wrong with the call as a whole.
    pub(super) fn error(&self, message: impl Into<String>) -> ParseError {
        error(self.call.place, message)
    }

    /// Whether it is given as `None`.
    pub(super) fn is_none(&self, name: &str) -> bool {
        let index = self.names.iter().position(|known| *known == name);
        let argument = index.and_then(|index| self.values[index]);
        argument.is_some_and(|argument| argument.value == Value::None)
    }

    /// One or more whole numbers of at least 1.
    pub(super) fn lengths(&self, name: &str) -> Result<Vec<usize>, ParseError> {
        let argument = self.required(name)?;
        let lengths: Option<Vec<usize>> = match &argument.value {
            Value::Tuple(values) => values.iter().map(|value| whole(value, 1)).collect(),
            value => whole(value, 1).map(|length| vec![length]),
        };
        let must = || format!("`{name}` must be whole numbers of at least 1");
        lengths.filter(|lengths| !lengths.is_empty()).ok_or_else(|| error(argument.place, must()))
    }

    /// One number for both axes, or a pair; `default` where it is not given.
    pub(super) fn pair(&self, name: &str, least: usize, default: Option<[usize; 2]>) -> Result<[usize; 2], ParseError> {
        let argument = match (self.get(name), default) {
            (Some(argument), _) => argument,
            (None, Some(default)) => return Ok(default),
            (None, None) => self.required(name)?,
        };
        let must = || format!("`{name}` must be a whole number of at least {least}, or two of them");
        both(&argument.value, |value| whole(value, least)).ok_or_else(|| error(argument.place, must()))
    }

    /// One number for both axes, or two.
    pub(super) fn numbers(&self, name: &str) -> Result<[f64; 2], ParseError> {
        let argument = self.required(name)?;
        let number = |value: &Value| if let Value::Number(number) = value { Some(*number) } else { None };
        let must = || format!("`{name}` must be a number, or two of them");
        both(&argument.value, number).ok_or_else(|| error(argument.place, must()))
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool, ParseError> {
        match self.get(name) {
            None => Ok(default),
            Some(Argument { value: Value::True, .. }) => Ok(true),
            Some(Argument { value: Value::False, .. }) => Ok(false),
            Some(argument) => Err(error(argument.place, format!("`{name}` must be True or False"))),
        }
    }

    /// One of these words, the first of them where it is not given.
    pub(super) fn word(&self, name: &str, words: &[&'static str]) -> Result<&'static str, ParseError> {
        let Some(argument) = self.get(name) else { return Ok(words[0]) };
        let known = words.iter().find(|&&word| argument.value == Value::Text(word.into()));
        known.copied().ok_or_else(|| {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            error(argument.place, format!("`{name}` must be {}", words.join(" or ")))
        })
    }

    /// Whether it is given as this word.
    pub(super) fn is_word(&self, name: &str, word: &str) -> bool {
        self.get(name).is_some_and(|argument| argument.value == Value::Text(word.into()))
    }

    /// An axis within each example: axis 0 counts the examples of a batch, which no layer mixes here. `None`, and none in
    /// its place, is an error.
    pub(super) fn axis(&self, name: &str, default: Option<isize>) -> Result<isize, ParseError> {
        let argument = match (self.get(name), default) {
            (Some(argument), _) => argument,
            (None, Some(default)) => return Ok(default),
            (None, None) => self.required(name)?,
        };
        match argument.value {
            Value::Number(0.0) => {
                let rule = "cannot be 0, the axis that counts the pictures of a batch";
                Err(error(argument.place, format!("`{name}` {rule}")))
            }
            Value::Number(number) if number.fract() == 0.0 && number.abs() <= 9.0 => Ok(number as isize),
            _ => Err(error(
                argument.place,
                format!("`{name}` must be a whole number that names an axis, such as 1 or -1"),
            )),
        }
    }

    /// Fails where a flag is set that has no meaning here.
    pub(super) fn never(&self, name: &str) -> Result<(), ParseError> {
        match (self.flag(name, false)?, self.get(name)) {
            (true, Some(argument)) => Err(error(argument.place, format!("`{name}=True` is not supported"))),
            _ => Ok(()),
        }
    }
}

/// One value for both axes, or a pair.
fn both<T: Copy>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<[T; 2]> {
    match value {
        Value::Tuple(values) => match values.as_slice() {
            [height, width] => read(height).zip(read(width)).map(|(height, width)| [height, width]),
            _ => None,
        },
        value => read(value).map(|value| [value; 2]),
    }
}

fn whole(value: &Value, least: usize) -> Option<usize> {
    match value {
        Value::Number(number) if number.fract() == 0.0 && *number >= least as f64 && *number <= 1e9 => {
            Some(*number as usize)
        }
        _ => None,
    }
}

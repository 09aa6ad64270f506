//! What stands between values and before them: arithmetic, comparison, truth.

use std::rc::Rc;

use chalkgrad::Tensor;
use chalkgrad::nn::Init;

use super::super::value::{Container, Keeping, Stored, Value};
use super::super::{Place, error};
use super::{Evaluator, Result};

impl<'g> Evaluator<'_, 'g> {
    /// Whether a condition holds.
    pub(super) fn truth(&self, value: &Value, place: Place) -> Result<bool> {
        Ok(match value {
            Value::None => false,
            Value::Text(text) => !text.is_empty(),
            Value::Tuple(values) => !values.is_empty(),
            Value::List(values) => !values.borrow().is_empty(),
            Value::Dict(pairs) => !pairs.borrow().is_empty(),
            Value::Range(_) => self.length(value, place)? > 0,
            Value::Object(object) if object.is_module() => {
                let is_list = matches!(object.container(), Container::Sequential | Container::List | Container::Dict);
                !is_list || !object.children().is_empty()
            }
            Value::Tensor(_) | Value::Stored(_) => {
                let rule = "a tensor's numbers are known only when the network runs, so its way cannot depend on them";
                return Err(error(place, rule));
            }
            Value::Foreign(name) => {
                return Err(error(place, format!("what `{name}` is cannot be known here, and this depends on it")));
            }
            value => value.number() != Some(0.0),
        })
    }

    pub(super) fn unary(&mut self, operator: &str, value: &Value, place: Place) -> Result<Value> {
        match (operator, value) {
            (_, Value::Foreign(_)) if !self.is_strict() => Ok(value.clone()),
            ("not", value) => Ok(Value::Bool(!self.truth(value, place)?)),
            ("-", Value::Float(number)) => Ok(Value::Float(-number)),
            ("+", Value::Int(_) | Value::Float(_) | Value::Tensor(_)) => Ok(value.clone()),
            ("-", Value::Tensor(_) | Value::Stored(_)) => {
                let tensor = self.tensor(value, place)?;
                self.pass(place)?;
                self.made(-tensor, place)
            }
            (operator, value) => match (operator, value.int()) {
                ("-", Some(number)) => number.checked_neg().map(Value::Int).ok_or_else(|| too_large(place)),
                ("~", Some(number)) => Ok(Value::Int(!number)),
                _ => Err(error(place, format!("`{operator}` does not go with {}", value.kind()))),
            },
        }
    }

    pub(in crate::language) fn binary(&mut self, operator: &str, a: &Value, b: &Value, place: Place) -> Result<Value> {
        if let (Value::Foreign(_), _) | (_, Value::Foreign(_)) = (a, b) {
            let foreign = if matches!(a, Value::Foreign(_)) { a } else { b };
            return match self.is_strict() {
                true => self.truth(foreign, place).map(|_| Value::None),
                false => Ok(foreign.clone()),
            };
        }
        let is_tensor = |value: &Value| matches!(value, Value::Tensor(_) | Value::Stored(_));
        if is_tensor(a) || is_tensor(b) {
            return if self.scope.is_some() {
                self.called(operator, |evaluator| evaluator.tensors(operator, a, b, place))
            } else {
                scaled(operator, a, b, place)
            };
        }
        if let (Some(x), Some(y)) = (a.int(), b.int()) {
            return whole(operator, x, y, place);
        }
        if let (Some(x), Some(y)) = (a.number(), b.number()) {
            return fraction(operator, x, y, place);
        }
        self.sequences(operator, a, b, place)
    }

    /// `a += b`: what can be changed is changed for everybody who has it, as in Python.
    pub(super) fn augmented(&mut self, operator: &str, a: Value, b: &Value, place: Place) -> Result<Value> {
        if let (Value::List(items), "+") = (&a, operator) {
            let more = self.iterate(b, place)?;
            self.check_length(items.borrow().len() + more.len(), place)?;
            items.borrow_mut().extend(more);
            return Ok(a);
        }
        let value = self.binary(operator, &a, b, place)?;
        if let (Value::Tensor(cell), Value::Tensor(new)) = (&a, &value) {
            cell.set(new.get());
            return Ok(a);
        }
        Ok(value)
    }

    fn tensors(&mut self, operator: &str, a: &Value, b: &Value, place: Place) -> Result<Value> {
        self.pass(place)?.set_operation(operator);
        let made = match (a.number(), b.number()) {
            (Some(number), _) => {
                let tensor = self.tensor(b, place)?;
                match operator {
                    "+" => number + tensor,
                    "-" => number - tensor,
                    "*" => number * tensor,
                    "/" => number / tensor,
                    "**" => self.filled(number, tensor).pow(tensor),
                    _ => return Err(unfit(operator, a, b, place)),
                }
            }
            (None, Some(number)) => {
                let tensor = self.tensor(a, place)?;
                match operator {
                    "+" => tensor + number,
                    "-" => tensor - number,
                    "*" => tensor * number,
                    "/" => tensor / number,
                    "**" if number == 2.0 => tensor * tensor,
                    "**" if number == 0.5 => tensor.sqrt(),
                    "**" => tensor.pow(number),
                    _ => return Err(unfit(operator, a, b, place)),
                }
            }
            _ => {
                let (a_tensor, b_tensor) = (self.tensor(a, place)?, self.tensor(b, place)?);
                self.pass(place)?;
                match operator {
                    "+" => a_tensor + b_tensor,
                    "-" => a_tensor - b_tensor,
                    "*" => a_tensor * b_tensor,
                    "/" => a_tensor / b_tensor,
                    "**" => a_tensor.pow(b_tensor),
                    "@" => a_tensor.matmul(b_tensor),
                    _ => return Err(unfit(operator, a, b, place)),
                }
            }
        };
        self.made(made, place)
    }

    /// A number as large as a tensor.
    pub(in crate::language) fn filled(&self, number: f64, like: Tensor<'g>) -> Tensor<'g> {
        like.graph().constant(number, like.shape())
    }

    fn sequences(&mut self, operator: &str, a: &Value, b: &Value, place: Place) -> Result<Value> {
        Ok(match (operator, a, b) {
            ("+", Value::Text(a), Value::Text(b)) => {
                self.check_length(a.len() + b.len(), place)?;
                Value::text(&format!("{a}{b}"))
            }
            ("%", Value::Text(text), value) => {
                let values = super::super::arguments::items(value).unwrap_or_else(|| vec![value.clone()]);
                Value::text(&self.formatted(text, '%', &values))
            }
            ("+", Value::List(a), Value::List(b)) => {
                self.check_length(a.borrow().len() + b.borrow().len(), place)?;
                Value::list(a.borrow().iter().chain(b.borrow().iter()).cloned().collect())
            }
            ("+", Value::Tuple(a), Value::Tuple(b)) => {
                self.check_length(a.len() + b.len(), place)?;
                Value::tuple(a.iter().chain(b.iter()).cloned())
            }
            ("*", Value::Int(count), many) | ("*", many, Value::Int(count)) => self.repeated(many, *count, place)?,
            _ => return Err(unfit(operator, a, b, place)),
        })
    }

    fn repeated(&mut self, value: &Value, count: i64, place: Place) -> Result<Value> {
        let count = usize::try_from(count).unwrap_or(0);
        let length = match value {
            Value::Text(text) => text.len(),
            Value::List(_) | Value::Tuple(_) => self.length(value, place)?,
            _ => return Err(unfit("*", value, &Value::Int(0), place)),
        };
        self.check_length(length.saturating_mul(count), place)?;
        let repeat = |values: &[Value]| -> Vec<Value> { (0..count).flat_map(|_| values.iter().cloned()).collect() };
        Ok(match value {
            Value::List(values) => Value::list(repeat(&values.borrow())),
            Value::Tuple(values) => Value::tuple(repeat(values)),
            Value::Text(text) => Value::text(&text.repeat(count)),
            other => other.clone(),
        })
    }

    pub(super) fn compare(&mut self, operator: &str, a: &Value, b: &Value, place: Place) -> Result<Value> {
        match operator {
            "is" => return Ok(Value::Bool(a.is(b))),
            "is not" => return Ok(Value::Bool(!a.is(b))),
            _ => {}
        }
        if let (Value::Foreign(_), _) | (_, Value::Foreign(_)) = (a, b) {
            let foreign = if matches!(a, Value::Foreign(_)) { a } else { b };
            return if self.is_strict() { self.truth(foreign, place).map(Value::Bool) } else { Ok(foreign.clone()) };
        }
        if let "in" | "not in" = operator {
            return Ok(Value::Bool(self.contains(b, a, place)? == (operator == "in")));
        }
        if matches!(a, Value::Tensor(_)) || matches!(b, Value::Tensor(_)) {
            return self.compare_tensors(operator, a, b, place);
        }
        let order = match (a.number(), b.number(), a, b) {
            _ if operator == "==" || operator == "!=" => {
                let same = a.equals(b).unwrap_or(false);
                return Ok(Value::Bool(same == (operator == "==")));
            }
            (Some(a), Some(b), ..) => a.partial_cmp(&b),
            (_, _, Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            _ => return Err(unfit(operator, a, b, place)),
        };
        Ok(Value::Bool(match operator {
            "<" => order.is_some_and(|order| order.is_lt()),
            "<=" => order.is_some_and(|order| order.is_le()),
            ">" => order.is_some_and(|order| order.is_gt()),
            _ => order.is_some_and(|order| order.is_ge()),
        }))
    }

    /// Ones where it holds, zeros elsewhere.
    fn compare_tensors(&mut self, operator: &str, a: &Value, b: &Value, place: Place) -> Result<Value> {
        self.pass(place)?.set_operation(operator);
        let (left, right) = match (a.number(), b.number()) {
            (Some(number), _) => {
                let tensor = self.tensor(b, place)?;
                (self.filled(number, tensor), tensor)
            }
            (_, Some(number)) => {
                let tensor = self.tensor(a, place)?;
                (tensor, self.filled(number, tensor))
            }
            _ => (self.tensor(a, place)?, self.tensor(b, place)?),
        };
        let made = match operator {
            "<" => left.lt(right),
            "<=" => left.le(right),
            ">" => left.gt(right),
            ">=" => left.ge(right),
            "==" => left.eq(right),
            _ => left.ne(right),
        };
        self.made(made, place)
    }
}

fn unfit(operator: &str, a: &Value, b: &Value, place: Place) -> super::super::Failure {
    error(place, format!("`{operator}` does not go with {} and {}", a.kind(), b.kind()))
}

fn too_large(place: Place) -> super::super::Failure {
    error(place, "this number is larger than any of a network")
}

fn whole(operator: &str, a: i64, b: i64, place: Place) -> Result<Value> {
    let zero = || error(place, "this divides by zero");
    let result = match operator {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "//" if b == 0 => return Err(zero()),
        // Towards minus infinity, as Python divides.
        "//" => {
            a.checked_div_euclid(b).map(|quotient| if b < 0 && a.rem_euclid(b) != 0 { quotient - 1 } else { quotient })
        }
        "%" if b == 0 => return Err(zero()),
        "%" => a.checked_rem(b).map(|rest| if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }),
        "**" if b >= 0 => u32::try_from(b).ok().and_then(|exponent| a.checked_pow(exponent)),
        "&" => Some(a & b),
        "|" => Some(a | b),
        "^" => Some(a ^ b),
        "<<" => u32::try_from(b).ok().filter(|&by| by < 62).and_then(|by| a.checked_mul(1 << by)),
        ">>" => u32::try_from(b).ok().map(|by| a >> by.min(63)),
        _ => return fraction(operator, a as f64, b as f64, place),
    };
    result.map(Value::Int).ok_or_else(|| too_large(place))
}

fn fraction(operator: &str, a: f64, b: f64, place: Place) -> Result<Value> {
    if b == 0.0 && matches!(operator, "/" | "//" | "%") {
        return Err(error(place, "this divides by zero"));
    }
    Ok(Value::Float(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "//" => (a / b).floor(),
        "%" => a - b * (a / b).floor(),
        "**" => a.powf(b),
        _ => return Err(unfit(operator, &Value::Float(a), &Value::Float(b), place)),
    }))
}

/// First values of a parameter, as `torch.randn(16) * 0.02` says them.
fn scaled(operator: &str, a: &Value, b: &Value, place: Place) -> Result<Value> {
    let (stored, number) = match (a, b) {
        (Value::Stored(stored), number) => (stored, number.number()),
        (number, Value::Stored(stored)) if operator != "/" && operator != "-" => (stored, number.number()),
        _ => return Err(unfit(operator, a, b, place)),
    };
    let Some(number) = number.filter(|_| stored.keeping == Keeping::No) else {
        return Err(error(place, "this computes with tensors, which only a forward pass does"));
    };
    let by = if operator == "/" { 1.0 / number } else { number };
    let init = match (operator, stored.init.get()) {
        ("*" | "/", Init::Constant(value)) => Init::Constant(value * by),
        ("+", Init::Constant(value)) => Init::Constant(value + number),
        ("-", Init::Constant(value)) => Init::Constant(value - number),
        ("*" | "/", Init::Normal { mean, deviation }) => {
            Init::Normal { mean: mean * by, deviation: deviation * by.abs() }
        }
        ("+", Init::Normal { mean, deviation }) => Init::Normal { mean: mean + number, deviation },
        ("-", Init::Normal { mean, deviation }) => Init::Normal { mean: mean - number, deviation },
        ("*" | "/", Init::Uniform { low, high }) if by >= 0.0 => Init::Uniform { low: low * by, high: high * by },
        ("+", Init::Uniform { low, high }) => Init::Uniform { low: low + number, high: high + number },
        ("-", Init::Uniform { low, high }) => Init::Uniform { low: low - number, high: high - number },
        _ => return Err(error(place, "first values are numbers, multiplied by a number or with one added")),
    };
    Ok(Value::Stored(Rc::new(Stored::new(stored.shape.clone(), init, Keeping::No))))
}

//! Python's own functions, and those of its lists, dicts and texts.

use std::rc::Rc;

use chalkgrad::order::order;

use super::super::arguments::{Given, items};
use super::super::library::{INITIALIZERS, MATH};
use super::super::syntax::Name;
use super::super::value::{Container, ObjectKind, Partial, Value};
use super::super::{Place, error};
use super::attributes::class_of;
use super::{Evaluator, Result};

impl Evaluator<'_, '_> {
    pub(super) fn call_known(&mut self, name: &'static str, given: Given) -> Result<Value> {
        let place = given.place;
        match name {
            "print" => return Ok(Value::None),
            // `nn.Module.__init__(self)`
            "__init__" => {
                if let Some((Value::Object(object), _)) = given.positional.first() {
                    object.is_initialized.set(true);
                }
                return Ok(Value::None);
            }
            "isinstance" | "hasattr" | "type" | "list" | "partial" | "setattr" | "getattr" | "dict" | "OrderedDict" => {
            }
            _ => {
                if let Some(foreign) = self.foreign(&given) {
                    return Ok(foreign);
                }
            }
        }
        if name.starts_with("init.") {
            let known = INITIALIZERS.iter().find(|(known, _)| *known == name);
            return self.initialize(name, known.map_or("", |(_, signature)| signature), given);
        }
        let values: Vec<Value> = given.positional.iter().map(|(value, _)| value.clone()).collect();
        if let (Some((_, function)), [value]) = (MATH.iter().find(|(known, _)| *known == name), values.as_slice()) {
            let number = value.number().ok_or_else(|| error(place, format!("`{name}` takes a number")))?;
            return Ok(Value::Float(function(number)));
        }
        match (name, values.as_slice()) {
            ("dict" | "OrderedDict", _) => self.make_dict(&values, given),
            ("partial", [callee, rest @ ..]) => {
                let keywords = given.keywords.into_iter().map(|(name, value, _)| (name, value)).collect();
                Ok(Value::Partial(Rc::new(Partial { callee: callee.clone(), positional: rest.to_vec(), keywords })))
            }
            ("Parameter", _) => self.parameter(given),
            ("max" | "min" | "sum" | "any" | "all" | "math.prod", _) => self.fold(name, &values, given),
            ("sorted", [items]) => self.sorted(items, &given),
            ("enumerate", [items, start @ ..]) => {
                let named = given.keywords.iter().find(|(name, ..)| &**name == "start").map(|(_, value, _)| value);
                let start = start.first().or(named).and_then(Value::int).unwrap_or(0);
                let items = self.iterate(items, place)?.into_iter().zip(0..);
                let pair =
                    |(value, index): (Value, i64)| Value::tuple([Value::Int(start.saturating_add(index)), value]);
                Ok(Value::list(items.map(pair).collect()))
            }
            _ if !given.keywords.is_empty() => {
                let (unknown, _, place) = &given.keywords[0];
                Err(error(*place, format!("`{name}` has no argument `{unknown}` here")))
            }
            ("getattr" | "hasattr" | "setattr" | "isinstance" | "issubclass" | "type" | "callable", _) => {
                self.inspect(name, &values, place)
            }
            ("range" | "zip" | "map" | "filter" | "reversed" | "list" | "tuple" | "len", _) => {
                self.sequence(name, &values, place)
            }
            _ => self.calculate(name, &values, place),
        }
    }

    fn make_dict(&mut self, values: &[Value], given: Given) -> Result<Value> {
        let dict = Value::Dict(Rc::default());
        if let Some(first) = values.first() {
            for (key, value) in self.pairs(first, given.place)? {
                self.set_item(&dict, &key, value, given.place)?;
            }
        }
        for (name, value, place) in given.keywords {
            self.set_item(&dict, &Value::Text(name), value, place)?;
        }
        Ok(dict)
    }

    /// The largest, the smallest, the sum, the product; whether any or all hold.
    fn fold(&mut self, name: &str, values: &[Value], given: Given) -> Result<Value> {
        let place = given.place;
        let (first, start) = match values {
            [only] => (self.iterate(only, place)?, None),
            [items, start] if name == "sum" => (self.iterate(items, place)?, Some(start.clone())),
            many => (many.to_vec(), None),
        };
        if name == "any" || name == "all" {
            for value in first {
                if self.truth(&value, place)? == (name == "any") {
                    return Ok(Value::Bool(name == "any"));
                }
            }
            return Ok(Value::Bool(name == "all"));
        }
        let mut all = first.into_iter();
        let mut result = match (name, start) {
            ("sum", start) => start.unwrap_or(Value::Int(0)),
            ("math.prod", _) => Value::Int(1),
            _ => match (all.next(), given.keywords.iter().find(|(name, ..)| &**name == "default")) {
                (Some(first), _) => first,
                (None, Some((_, default, _))) => default.clone(),
                (None, None) => return Err(error(place, format!("`{name}` needs at least one value"))),
            },
        };
        for value in all {
            self.spend(1, place)?;
            result = match name {
                "sum" => self.binary("+", &result, &value, place)?,
                "math.prod" => self.binary("*", &result, &value, place)?,
                name => {
                    let order = if name == "max" { ">" } else { "<" };
                    let is_better = self.compare(order, &value, &result, place)?;
                    if self.truth(&is_better, place)? { value } else { result }
                }
            };
        }
        Ok(result)
    }

    fn sorted(&mut self, value: &Value, given: &Given) -> Result<Value> {
        let values = self.iterate(value, given.place)?;
        let texts = values.iter().all(|value| matches!(value, Value::Text(_)));
        if !texts && values.iter().any(|value| value.number().is_none()) {
            return Err(error(given.place, "`sorted` takes numbers or texts here"));
        }
        // Of equals, as 1 and 1.0, the first stays the first.
        let order = order(values.len(), &|i, j| match (&values[i], &values[j]) {
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (a, b) => a.number().unwrap_or(0.0).total_cmp(&b.number().unwrap_or(0.0)),
        });
        let mut values: Vec<Value> = order.into_iter().map(|place| values[place].clone()).collect();
        if given.keywords.iter().any(|(name, value, _)| &**name == "reverse" && value.int() == Some(1)) {
            values.reverse();
        }
        Ok(Value::list(values))
    }

    /// What a value is, and what it has.
    fn inspect(&mut self, name: &str, values: &[Value], place: Place) -> Result<Value> {
        match (name, values) {
            ("type", [Value::Object(object)]) => Ok(class_of(object)),
            ("type", [value]) => Ok(Value::Foreign(format!("type of {}", value.kind()).into())),
            ("callable", [value]) => {
                let kind = value.kind();
                Ok(Value::Bool(kind == "a function" || kind == "a class" || kind == "a module"))
            }
            ("isinstance", [value, class]) => {
                let classes = items(class).unwrap_or_else(|| vec![class.clone()]);
                Ok(Value::Bool(classes.iter().any(|class| is_instance(value, class))))
            }
            ("issubclass", [Value::Class(class), Value::Class(other)]) => Ok(Value::Bool(class.derives_from(other))),
            ("setattr", [of, Value::Text(name), value]) => {
                self.set_attribute(of, name, value.clone(), place)?;
                Ok(Value::None)
            }
            ("getattr", [of, Value::Text(name), default @ ..]) => match (self.attribute(of, name, place), default) {
                (Err(_), [default]) => Ok(default.clone()),
                (result, _) => result,
            },
            ("hasattr", [of, Value::Text(name)]) => Ok(Value::Bool(self.attribute(of, name, place).is_ok())),
            _ => Err(error(place, format!("`{name}` is not read with these arguments"))),
        }
    }

    fn sequence(&mut self, name: &str, values: &[Value], place: Place) -> Result<Value> {
        match (name, values) {
            ("len", [value]) => Ok(Value::Int(self.length(value, place)? as i64)),
            ("list" | "tuple", []) => Ok(if name == "list" { Value::list(Vec::new()) } else { Value::tuple([]) }),
            ("list" | "tuple", [Value::Foreign(_)]) if !self.is_strict() => Ok(values[0].clone()),
            ("list", [value]) => Ok(Value::list(self.iterate(value, place)?)),
            ("tuple", [value]) => Ok(Value::Tuple(self.iterate(value, place)?.into())),
            ("reversed", [value]) => Ok(Value::list(self.iterate(value, place)?.into_iter().rev().collect())),
            ("range", ends @ ([_] | [_, _] | [_, _, _])) => {
                let whole: Option<Vec<i64>> = ends.iter().map(Value::int).collect();
                match whole.as_deref() {
                    Some([stop]) => Ok(Value::Range(Rc::new([0, *stop, 1]))),
                    Some([start, stop]) => Ok(Value::Range(Rc::new([*start, *stop, 1]))),
                    Some([start, stop, step]) if *step != 0 => Ok(Value::Range(Rc::new([*start, *stop, *step]))),
                    _ => Err(error(place, "`range` takes whole numbers, and no step of 0")),
                }
            }
            ("zip", many) => {
                let columns = many.iter().map(|value| self.iterate(value, place)).collect::<Result<Vec<_>>>()?;
                let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
                self.check_length(rows.saturating_mul(columns.len()), place)?;
                let row = |index: usize| Value::tuple(columns.iter().map(|column| column[index].clone()));
                Ok(Value::list((0..rows).map(row).collect()))
            }
            ("map" | "filter", [function, value]) => {
                let mut results = Vec::new();
                for item in self.iterate(value, place)? {
                    let mapped = self.call(function, Given::none(place).with_first(item.clone()))?;
                    match name {
                        "map" => results.push(mapped),
                        _ if self.truth(&mapped, place)? => results.push(item),
                        _ => {}
                    }
                }
                Ok(Value::list(results))
            }
            _ => Err(error(place, format!("`{name}` is not read with these arguments"))),
        }
    }

    /// Functions of numbers and texts.
    fn calculate(&mut self, name: &str, values: &[Value], place: Place) -> Result<Value> {
        let must = || error(place, format!("`{name}` is not read with these arguments"));
        let whole = |number: f64| match number.abs() < 9e15 {
            true => Ok(Value::Int(number as i64)),
            false => Err(error(place, "this number is larger than any of a network")),
        };
        match (name, values) {
            ("abs", [Value::Tensor(_)]) => {
                let tensor = self.tensor(&values[0], place)?;
                self.pass(place)?;
                self.made(tensor.abs(), place)
            }
            ("abs", [value]) => match value.int() {
                Some(number) => Ok(Value::Int(number.saturating_abs())),
                None => value.number().map(|number| Value::Float(number.abs())).ok_or_else(must),
            },
            ("pow" | "math.pow", [a, b]) => self.binary("**", a, b, place),
            ("bool", [value]) => Ok(Value::Bool(self.truth(value, place)?)),
            ("str" | "repr", [value]) => Ok(Value::text(&self.written(value))),
            ("int", [Value::Text(text)]) => text.trim().parse().map(Value::Int).map_err(|_| must()),
            ("float", [Value::Text(text)]) => {
                let number = match &*text.trim().to_ascii_lowercase() {
                    "inf" | "+inf" | "infinity" => Some(f64::INFINITY),
                    "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
                    "nan" => Some(f64::NAN),
                    digits => protocol::number(digits),
                };
                number.map(Value::Float).ok_or_else(must)
            }
            ("int", [value]) => whole(value.number().ok_or_else(must)?.trunc()),
            ("float", [value]) => value.number().map(Value::Float).ok_or_else(must),
            ("math.ceil", [value]) => whole(value.number().ok_or_else(must)?.ceil()),
            ("math.floor", [value]) => whole(value.number().ok_or_else(must)?.floor()),
            ("round", [value]) => whole(value.number().ok_or_else(must)?.round_ties_even()),
            ("round", [value, digits]) => {
                let scale = 10_f64.powi(digits.int().ok_or_else(must)?.clamp(-300, 300) as i32);
                Ok(Value::Float((value.number().ok_or_else(must)? * scale).round_ties_even() / scale))
            }
            ("math.log", [value]) => value.number().map(|number| Value::Float(number.ln())).ok_or_else(must),
            ("math.log", [value, base]) => {
                Ok(Value::Float(value.number().ok_or_else(must)?.log(base.number().ok_or_else(must)?)))
            }
            ("math.gcd", [a, b]) => {
                let (mut a, mut b) = (a.int().ok_or_else(must)?, b.int().ok_or_else(must)?);
                while b != 0 {
                    (a, b) = (b, a.checked_rem(b).unwrap_or(0));
                }
                Ok(Value::Int(a.saturating_abs()))
            }
            ("object", []) => Ok(Value::None),
            _ => Err(must()),
        }
    }

    /// A value as Python prints it.
    pub(super) fn written(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => text.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => format!("{number:?}"),
            Value::Bool(true) => "True".into(),
            Value::Bool(false) => "False".into(),
            other => other.kind().into(),
        }
    }

    /// `'conv%d' % 1`, `'conv{}'.format(1)`
    pub(super) fn formatted(&self, text: &str, mark: char, values: &[Value]) -> String {
        let mut values = values.iter();
        let mut result = String::new();
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            if character != mark {
                result.push(character);
                continue;
            }
            if mark == '{' {
                rest.by_ref().find(|&character| character == '}');
            } else if rest.by_ref().find(|character| character.is_alphabetic() || *character == '%') == Some('%') {
                result.push('%');
                continue;
            }
            result.push_str(&values.next().map_or(String::new(), |value| self.written(value)));
        }
        result
    }

    /// A function of a list, a dict or a text.
    pub(super) fn call_collection(&mut self, of: &Value, name: &Name, given: Given) -> Result<Value> {
        let place = given.place;
        let values: Vec<Value> = given.positional.into_iter().map(|(value, _)| value).collect();
        let must = || error(place, format!("`{name}` is not read with these arguments"));
        self.spend(1, place)?;
        match (of, &**name, values.as_slice()) {
            (Value::List(list), "append", [value]) => {
                self.limit(list.borrow().len() + 1, place)?;
                list.borrow_mut().push(value.clone());
                self.check_holder(of, value, place).map(|()| Value::None)
            }
            (Value::List(_), "extend", [more]) => self.augmented("+", of.clone(), more, place).map(|_| Value::None),
            (Value::List(list), "insert", [at, value]) => {
                let length = list.borrow().len();
                self.limit(length + 1, place)?;
                let at = at.int().ok_or_else(must)?;
                let at = if at < 0 { at.saturating_add(length as i64).max(0) } else { at };
                list.borrow_mut().insert(usize::try_from(at).unwrap_or(length).min(length), value.clone());
                self.check_holder(of, value, place).map(|()| Value::None)
            }
            (Value::List(list), "pop", at) => {
                let at = match at.first() {
                    Some(at) => self.place_of(at, list.borrow().len(), place)?,
                    None => list.borrow().len().checked_sub(1).ok_or_else(|| error(place, "this list is empty"))?,
                };
                Ok(list.borrow_mut().remove(at))
            }
            (Value::List(list), "reverse", []) => {
                list.borrow_mut().reverse();
                Ok(Value::None)
            }
            (Value::List(_), "copy", []) => Ok(Value::list(self.iterate(of, place)?)),
            (Value::List(_) | Value::Tuple(_), "index", [value]) => {
                let at = self.iterate(of, place)?.iter().position(|item| item.equals(value) == Some(true));
                at.map(|at| Value::Int(at as i64)).ok_or_else(|| error(place, "this is not in the list"))
            }
            (Value::List(_) | Value::Tuple(_), "count", [value]) => {
                let count = self.iterate(of, place)?.iter().filter(|item| item.equals(value) == Some(true)).count();
                Ok(Value::Int(count as i64))
            }
            (Value::Dict(_) | Value::Object(_), _, _) => self.call_dict(of, name, &values, place),
            (Value::Text(text), ..) => self.call_text(text, name, &values, place),
            _ => Err(must()),
        }
    }

    fn call_text(&mut self, text: &str, name: &str, values: &[Value], place: Place) -> Result<Value> {
        match (name, values) {
            ("format", _) => Ok(Value::text(&self.formatted(text, '{', values))),
            ("join", [items]) => {
                let items: Vec<String> = self.iterate(items, place)?.iter().map(|item| self.written(item)).collect();
                self.check_length(items.iter().map(|item| item.len() + text.len()).sum(), place)?;
                Ok(Value::text(&items.join(text)))
            }
            ("lower", []) => Ok(Value::text(&text.to_ascii_lowercase())),
            ("upper", []) => Ok(Value::text(&text.to_ascii_uppercase())),
            ("strip", []) => Ok(Value::text(text.trim())),
            ("split", [Value::Text(at)]) if !at.is_empty() => {
                self.check_length(text.len(), place)?;
                Ok(Value::list(text.split(&**at).map(Value::text).collect()))
            }
            ("startswith", [Value::Text(start)]) => Ok(Value::Bool(text.starts_with(&**start))),
            ("endswith", [Value::Text(end)]) => Ok(Value::Bool(text.ends_with(&**end))),
            ("replace", [Value::Text(from), Value::Text(to)]) if !from.is_empty() => {
                self.check_length(text.len().saturating_mul(to.len() + 1), place)?;
                Ok(Value::text(&text.replace(&**from, to)))
            }
            _ => Err(error(place, format!("`{name}` is not read with these arguments"))),
        }
    }

    /// Functions of dicts, which an nn.ModuleDict has too.
    pub(super) fn call_dict(&mut self, of: &Value, name: &str, values: &[Value], place: Place) -> Result<Value> {
        let pairs = self.pairs(of, place)?;
        let found = |key: &Value| pairs.iter().find(|(known, _)| known.equals(key) == Some(true));
        match (name, values) {
            ("keys", []) => Ok(Value::list(pairs.into_iter().map(|(key, _)| key).collect())),
            ("values", []) => Ok(Value::list(pairs.into_iter().map(|(_, value)| value).collect())),
            ("items", []) => {
                Ok(Value::list(pairs.into_iter().map(|(key, value)| Value::tuple([key, value])).collect()))
            }
            ("get", [key, default @ ..]) => {
                let default = || default.first().cloned().unwrap_or(Value::None);
                Ok(found(key).map_or_else(default, |(_, value)| value.clone()))
            }
            ("pop" | "setdefault", [key, default @ ..]) => {
                let found = found(key).map(|(_, value)| value.clone()).or_else(|| default.first().cloned());
                let value = found.ok_or_else(|| error(place, format!("there is no key {}", self.written(key))))?;
                match name {
                    "pop" => self.delete_item(of, key, place)?,
                    _ => self.set_item(of, key, value.clone(), place)?,
                }
                Ok(value)
            }
            ("update", [more]) => {
                for (key, value) in self.pairs(more, place)? {
                    self.set_item(of, &key, value, place)?;
                }
                Ok(Value::None)
            }
            _ => Err(error(place, format!("`{name}` is not read with these arguments"))),
        }
    }
}

/// Python's `isinstance`, for the classes that networks ask about.
fn is_instance(value: &Value, class: &Value) -> bool {
    match (value, class) {
        (Value::Object(object), Value::Class(class)) => match &object.kind {
            ObjectKind::Class(own) => own.derives_from(class),
            _ => false,
        },
        (Value::Object(object), Value::Container(container)) => {
            let is_any = object.is_module() && container.name() == "Module";
            is_any || object.container() == *container
        }
        (Value::Object(object), Value::Layer(layer)) => object.container() == Container::Layer(layer),
        (Value::Int(_) | Value::Bool(_), Value::Known("int")) => true,
        (Value::Float(_), Value::Known("float")) => true,
        (Value::Text(_), Value::Known("str")) => true,
        (Value::Bool(_), Value::Known("bool")) => true,
        (Value::Tuple(_), Value::Known("tuple")) => true,
        (Value::List(_), Value::Known("list")) => true,
        (Value::Dict(_), Value::Known("dict" | "OrderedDict")) => true,
        (Value::Tensor(_) | Value::Stored(_), Value::Foreign(name)) => &**name == "torch.Tensor",
        _ => false,
    }
}

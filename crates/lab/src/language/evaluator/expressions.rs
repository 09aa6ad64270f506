//! Expressions to values.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::arguments::Given;
use super::super::syntax::{Argument, Comprehension, Expression, ExpressionKind, Stars};
use super::super::value::{Environment, Value};
use super::super::{Place, error};
use super::{Evaluator, Frame, Result};

impl Evaluator<'_, '_> {
    pub(in super::super) fn expression(&mut self, frame: &Frame, expression: &Expression) -> Result<Value> {
        let value = self.deeper(expression.place, |evaluator| evaluator.kind(frame, expression))?;
        match expression.kind {
            ExpressionKind::Tuple(_)
            | ExpressionKind::List(_)
            | ExpressionKind::Dict(_)
            | ExpressionKind::Call(..)
            | ExpressionKind::Lambda(_)
            | ExpressionKind::Comprehension(_) => self.shallow(value, expression.place),
            _ => Ok(value),
        }
    }

    fn kind(&mut self, frame: &Frame, expression: &Expression) -> Result<Value> {
        let place = expression.place;
        Ok(match &expression.kind {
            ExpressionKind::None => Value::None,
            ExpressionKind::Ellipsis => Value::Ellipsis,
            ExpressionKind::Bool(value) => Value::Bool(*value),
            ExpressionKind::Int(value) => Value::Int(*value),
            ExpressionKind::Float(value) => Value::Float(*value),
            ExpressionKind::Text(text) => Value::Text(text.clone()),
            ExpressionKind::Name(name) => self.lookup(frame, name, place)?,
            ExpressionKind::Tuple(items) => Value::Tuple(self.values(frame, items)?.into()),
            ExpressionKind::List(items) => Value::list(self.values(frame, items)?),
            ExpressionKind::Format(pieces) => self.format(frame, pieces, place)?,
            ExpressionKind::Dict(items) => self.dict(frame, items)?,
            ExpressionKind::Attribute(of, name) => {
                let of = self.expression(frame, of)?;
                self.attribute(&of, name, place)?
            }
            ExpressionKind::Index(of, index) => {
                let (of, index) = (self.expression(frame, of)?, self.expression(frame, index)?);
                self.called("[…]", |evaluator| evaluator.item(&of, &index, place))?
            }
            ExpressionKind::Slice(parts) => self.slice(frame, parts)?,
            // `super()` knows the class that it stands in.
            ExpressionKind::Call(callee, _) if frame.receiver.is_some() && is_super(callee) => {
                self.superior(frame, place)?
            }
            ExpressionKind::Call(callee, arguments) => {
                let callee = self.expression(frame, callee)?;
                let given = self.given(frame, arguments, place)?;
                self.call(&callee, given)?
            }
            ExpressionKind::Unary(operator, value) => {
                let value = self.expression(frame, value)?;
                self.unary(operator, &value, place)?
            }
            ExpressionKind::Binary(operator, left, right) => {
                let (left, right) = (self.expression(frame, left)?, self.expression(frame, right)?);
                self.binary(operator, &left, &right, place)?
            }
            ExpressionKind::Logical(word, left, right) => {
                let left = self.expression(frame, left)?;
                let is_unknown = matches!(left, Value::Foreign(_)) && !self.is_strict();
                let decides = is_unknown || self.truth(&left, place)? == (*word == "or");
                if decides { left } else { self.expression(frame, right)? }
            }
            ExpressionKind::Compare(first, rest) => self.comparison(frame, first, rest)?,
            ExpressionKind::Conditional(parts) => {
                let [then, condition, otherwise] = &**parts;
                let value = self.expression(frame, condition)?;
                if matches!(value, Value::Foreign(_)) && !self.is_strict() {
                    return Ok(value);
                }
                let chosen = if self.truth(&value, condition.place)? { then } else { otherwise };
                self.expression(frame, chosen)?
            }
            ExpressionKind::Lambda(definition) => self.function(frame, definition)?,
            ExpressionKind::Comprehension(comprehension) => self.comprehension(frame, comprehension)?,
            ExpressionKind::Star(_) => return Err(error(place, "`*` stands before an argument or an item of a list")),
        })
    }

    /// `f'…'`
    fn format(&mut self, frame: &Frame, pieces: &[Expression], place: Place) -> Result<Value> {
        let mut text = String::new();
        for piece in pieces {
            let value = self.expression(frame, piece)?;
            text.push_str(&self.written(&value));
        }
        self.check_length(text.len(), place)?;
        Ok(Value::Text(text.into()))
    }

    fn slice(&mut self, frame: &Frame, parts: &[Option<Box<Expression>>; 3]) -> Result<Value> {
        let mut values = [Value::None, Value::None, Value::None];
        for (value, part) in values.iter_mut().zip(parts) {
            if let Some(part) = part {
                *value = self.expression(frame, part)?;
            }
        }
        Ok(Value::Slice(Rc::new(values)))
    }

    /// Items of a list, `*items` spread out.
    fn values(&mut self, frame: &Frame, items: &[Expression]) -> Result<Vec<Value>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match &item.kind {
                ExpressionKind::Star(inner) => {
                    let value = self.expression(frame, inner)?;
                    values.extend(self.iterate(&value, item.place)?);
                    self.check_length(values.len(), item.place)?;
                }
                _ => values.push(self.expression(frame, item)?),
            }
        }
        Ok(values)
    }

    fn dict(&mut self, frame: &Frame, items: &[(Option<Expression>, Expression)]) -> Result<Value> {
        let dict = Rc::new(RefCell::default());
        for (key, value) in items {
            let place = value.place;
            let value = self.expression(frame, value)?;
            match key {
                Some(key) => {
                    let key = self.expression(frame, key)?;
                    self.set_item(&Value::Dict(dict.clone()), &key, value, place)?;
                }
                None => {
                    for (key, value) in self.pairs(&value, place)? {
                        self.set_item(&Value::Dict(dict.clone()), &key, value, place)?;
                    }
                }
            }
        }
        Ok(Value::Dict(dict))
    }

    fn given(&mut self, frame: &Frame, arguments: &[Argument], place: Place) -> Result<Given> {
        let mut given = Given::none(place);
        for argument in arguments {
            let place = argument.place;
            let value = self.expression(frame, &argument.value)?;
            match (&argument.name, argument.stars) {
                (Some(name), _) => given.keywords.push((name.clone(), value, place)),
                (None, Stars::None) => given.positional.push((value, place)),
                (None, _) if matches!(value, Value::Foreign(_)) => {}
                (None, Stars::One) => {
                    given.positional.extend(self.iterate(&value, place)?.into_iter().map(|value| (value, place)));
                }
                (None, Stars::Two) => {
                    for (name, value) in self.pairs(&value, place)? {
                        let Value::Text(name) = name else {
                            return Err(error(place, "`**` needs a dict with names for keys"));
                        };
                        given.keywords.push((name, value, place));
                    }
                }
            }
        }
        self.check_length(given.positional.len() + given.keywords.len(), place)?;
        Ok(given)
    }

    fn comparison(&mut self, frame: &Frame, first: &Expression, rest: &[(&str, Expression)]) -> Result<Value> {
        let mut left = self.expression(frame, first)?;
        let mut result = Value::Bool(true);
        for (operator, right) in rest {
            let value = self.expression(frame, right)?;
            result = self.compare(operator, &left, &value, first.place)?;
            match &result {
                Value::Bool(true) => left = value,
                // A tensor of ones and zeros, or what cannot be known.
                Value::Tensor(_) if rest.len() > 1 => {
                    return Err(error(first.place, "tensors are compared one pair at a time"));
                }
                _ => return Ok(result),
            }
        }
        Ok(result)
    }

    fn comprehension(&mut self, frame: &Frame, comprehension: &Comprehension) -> Result<Value> {
        let inside = Frame {
            environment: Environment::inside(&frame.environment),
            class: frame.class.clone(),
            receiver: frame.receiver.clone(),
        };
        let mut pairs = Vec::new();
        self.collect(&inside, comprehension, 0, &mut pairs)?;
        if comprehension.is_list {
            return Ok(Value::list(pairs.into_iter().map(|(_, value)| value).collect()));
        }
        let dict = Value::Dict(Rc::default());
        for (key, value) in pairs {
            self.set_item(&dict, &key, value, comprehension.element.place)?;
        }
        Ok(dict)
    }

    /// Runs the loops from number `level` on.
    fn collect(
        &mut self,
        frame: &Frame,
        comprehension: &Comprehension,
        level: usize,
        pairs: &mut Vec<(Value, Value)>,
    ) -> Result<()> {
        let place = comprehension.element.place;
        let Some((target, items, conditions)) = comprehension.loops.get(level) else {
            let key = match &comprehension.key {
                Some(key) => self.expression(frame, key)?,
                None => Value::None,
            };
            pairs.push((key, self.expression(frame, &comprehension.element)?));
            return self.limit(pairs.len(), place);
        };
        let value = self.expression(frame, items)?;
        if matches!(value, Value::Foreign(_)) && !self.is_strict() {
            return Ok(());
        }
        'items: for item in self.iterate(&value, items.place)? {
            self.spend(1, place)?;
            self.assign(frame, target, item)?;
            for condition in conditions {
                let value = self.expression(frame, condition)?;
                if !self.truth(&value, condition.place)? {
                    continue 'items;
                }
            }
            self.deeper(place, |evaluator| evaluator.collect(frame, comprehension, level + 1, pairs))?;
        }
        Ok(())
    }
}

fn is_super(callee: &Expression) -> bool {
    matches!(&callee.kind, ExpressionKind::Name(name) if &**name == "super")
}

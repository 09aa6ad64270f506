//! Statements, one after the other.

use std::rc::Rc;

use super::super::syntax::{self, Block, Expression, ExpressionKind, Name, Statement, StatementKind};
use super::super::value::{Class, Container, Environment, Function, Value};
use super::super::{error, library};
use super::{Evaluator, Frame, Result};

/// Where it goes on after a statement.
pub(in super::super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

impl Evaluator<'_, '_> {
    pub(super) fn block(&mut self, frame: &Frame, block: &Block) -> Result<Flow> {
        for statement in block {
            match self.statement(frame, statement)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    pub(in super::super) fn statement(&mut self, frame: &Frame, statement: &Statement) -> Result<Flow> {
        let place = statement.place;
        self.deeper(place, |evaluator| {
            match &statement.kind {
                StatementKind::Pass => {}
                StatementKind::Break => return Ok(Flow::Break),
                StatementKind::Continue => return Ok(Flow::Continue),
                StatementKind::Unsupported(sentence) => return Err(error(place, *sentence)),
                StatementKind::Raise => return Err(error(place, "the text raises an error here")),
                StatementKind::Assert(condition, message) => evaluator.assert(frame, condition, message.as_ref())?,
                StatementKind::Expression(value) => drop(evaluator.expression(frame, value)?),
                StatementKind::Return(value) => {
                    let value = match value {
                        Some(value) => evaluator.expression(frame, value)?,
                        None => Value::None,
                    };
                    evaluator.returned = Some(place);
                    return Ok(Flow::Return(value));
                }
                StatementKind::Assign(targets, value) => {
                    let value = evaluator.expression(frame, value)?;
                    for target in targets {
                        evaluator.assign(frame, target, value.clone())?;
                    }
                }
                StatementKind::Augment(target, operator, value) => {
                    let (old, new) = (evaluator.expression(frame, target)?, evaluator.expression(frame, value)?);
                    let value = evaluator.augmented(operator, old, &new, place)?;
                    evaluator.assign(frame, target, value)?;
                }
                StatementKind::If(branches, otherwise) => return evaluator.branch(frame, branches, otherwise),
                StatementKind::For(target, items, body) => return evaluator.repeat(frame, target, items, body),
                StatementKind::Function(definition) => {
                    let function = evaluator.function(frame, definition)?;
                    frame.environment.set(&definition.name, evaluator.shallow(function, place)?);
                }
                StatementKind::Class(definition) => {
                    let class = evaluator.class(frame, definition)?;
                    frame.environment.set(&definition.name, class);
                }
                StatementKind::Import(imports) => {
                    for (module, name, alias) in imports {
                        let value = library::import(module, name.as_ref(), place)?;
                        frame.environment.set(alias, value);
                    }
                }
                StatementKind::Delete(targets) => {
                    for target in targets {
                        evaluator.delete(frame, target)?;
                    }
                }
            }
            Ok(Flow::Next)
        })
    }

    /// What only a run could know is taken to hold.
    fn assert(&mut self, frame: &Frame, condition: &Expression, message: Option<&Expression>) -> Result<()> {
        let value = self.expression(frame, condition)?;
        if matches!(value, Value::Foreign(_) | Value::Tensor(_)) || self.truth(&value, condition.place)? {
            return Ok(());
        }
        let said = match message {
            Some(message) => self.expression(frame, message)?,
            None => Value::None,
        };
        let said = if let Value::Text(text) = said { format!(": {text}") } else { String::new() };
        Err(error(condition.place, format!("this is asserted and does not hold{said}")))
    }

    fn branch(&mut self, frame: &Frame, branches: &[(Expression, Block)], otherwise: &Block) -> Result<Flow> {
        for (condition, block) in branches {
            let value = self.expression(frame, condition)?;
            // What cannot be known chooses nothing.
            if matches!(value, Value::Foreign(_)) && !self.is_strict() {
                return Ok(Flow::Next);
            }
            if self.truth(&value, condition.place)? {
                return self.block(frame, block);
            }
        }
        self.block(frame, otherwise)
    }

    fn repeat(&mut self, frame: &Frame, target: &Expression, items: &Expression, body: &Block) -> Result<Flow> {
        let value = self.expression(frame, items)?;
        if matches!(value, Value::Foreign(_)) && !self.is_strict() {
            return Ok(Flow::Next);
        }
        for item in self.iterate(&value, items.place)? {
            self.spend(1, target.place)?;
            self.assign(frame, target, item)?;
            match self.block(frame, body)? {
                Flow::Break => break,
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
        }
        Ok(Flow::Next)
    }

    pub(super) fn assign(&mut self, frame: &Frame, target: &Expression, value: Value) -> Result<()> {
        let place = target.place;
        match &target.kind {
            ExpressionKind::Name(name) => {
                self.spend(frame.environment.values.borrow().len() / 32, place)?;
                frame.environment.set(name, value);
                Ok(())
            }
            ExpressionKind::Attribute(of, name) => {
                let of = self.expression(frame, of)?;
                self.set_attribute(&of, name, value, place)
            }
            ExpressionKind::Index(of, index) => {
                let (of, index) = (self.expression(frame, of)?, self.expression(frame, index)?);
                self.set_item(&of, &index, value, place)
            }
            ExpressionKind::Tuple(targets) | ExpressionKind::List(targets) => {
                self.unpack(frame, targets, &value, place)
            }
            _ => Err(error(place, "a value is given to a name here, and this is none")),
        }
    }

    /// `a, *b, c = values`
    fn unpack(
        &mut self,
        frame: &Frame,
        targets: &[Expression],
        value: &Value,
        place: super::super::Place,
    ) -> Result<()> {
        if let (Value::Foreign(_), false) = (value, self.is_strict()) {
            return targets.iter().try_for_each(|target| self.assign(frame, target, value.clone()));
        }
        let mut values = self.iterate(value, place)?;
        let star = targets.iter().position(|target| matches!(target.kind, ExpressionKind::Star(_)));
        let fits = if star.is_some() { values.len() + 1 >= targets.len() } else { values.len() == targets.len() };
        if !fits {
            let (names, values) = (targets.len(), values.len());
            return Err(error(place, format!("{values} values cannot be unpacked into {names} names")));
        }
        if let Some(star) = star {
            let count = values.len() + 1 - targets.len();
            let middle: Vec<Value> = values.splice(star..star + count, [Value::None]).collect();
            values[star] = Value::list(middle);
        }
        for (target, value) in targets.iter().zip(values) {
            let target = if let ExpressionKind::Star(target) = &target.kind { target } else { target };
            self.assign(frame, target, value)?;
        }
        Ok(())
    }

    fn delete(&mut self, frame: &Frame, target: &Expression) -> Result<()> {
        match &target.kind {
            ExpressionKind::Name(name) => frame.environment.values.borrow_mut().retain(|(known, _)| known != name),
            ExpressionKind::Attribute(of, name) => {
                if let Value::Object(object) = self.expression(frame, of)? {
                    object.attributes.borrow_mut().retain(|(known, _)| known != name);
                }
            }
            ExpressionKind::Index(of, index) => {
                let (of, index) = (self.expression(frame, of)?, self.expression(frame, index)?);
                self.delete_item(&of, &index, target.place)?;
            }
            ExpressionKind::Tuple(targets) => targets.iter().try_for_each(|target| self.delete(frame, target))?,
            _ => return Err(error(target.place, "`del` takes names and attributes")),
        }
        Ok(())
    }

    pub(super) fn function(&mut self, frame: &Frame, definition: &Rc<syntax::Function>) -> Result<Value> {
        let mut defaults = Vec::with_capacity(definition.parameters.len());
        for parameter in &definition.parameters {
            defaults.push(match &parameter.default {
                Some(default) => Some(self.expression(frame, default)?),
                None => None,
            });
        }
        let environment = frame.environment.clone();
        Ok(Value::Function(Rc::new(Function { definition: definition.clone(), defaults, environment })))
    }

    fn class(&mut self, frame: &Frame, definition: &Rc<syntax::Class>) -> Result<Value> {
        let (mut base, mut root) = (None, Container::Plain);
        if let [_, other, ..] = definition.bases.as_slice() {
            return Err(error(
                other.place,
                "a class of a network has one base: what it needs of others, write into it",
            ));
        }
        if let Some(expression) = definition.bases.first() {
            match self.expression(frame, expression)? {
                Value::Class(class) => {
                    root = class.root;
                    base = Some(class);
                }
                Value::Container(container) => root = container,
                // A data set, say: of no use for the network.
                Value::Foreign(name) => return Ok(Value::Foreign(name)),
                Value::Layer(layer) => root = Container::Layer(layer),
                Value::Known("object") => {}
                other => return Err(error(expression.place, format!("{} is no class to derive from", other.kind()))),
            }
        }
        let members = self.members(frame, definition)?;
        let (name, definition) = (definition.name.clone(), definition.clone());
        Ok(Value::Class(Rc::new(Class { name, base, root, members, definition })))
    }

    /// Functions see what is around the class; what stands beside them sees what stands above it too.
    fn members(&mut self, frame: &Frame, definition: &syntax::Class) -> Result<Vec<(Name, Value)>> {
        let inside = Frame { environment: Environment::inside(&frame.environment), class: None, receiver: None };
        for statement in &definition.body {
            match &statement.kind {
                StatementKind::Function(function) => {
                    let mut value = self.function(&inside, function)?;
                    if let Value::Function(inner) = &value {
                        let (definition, defaults) = (inner.definition.clone(), inner.defaults.clone());
                        let environment = frame.environment.clone();
                        value = Value::Function(Rc::new(Function { definition, defaults, environment }));
                    }
                    inside.environment.set(&function.name, value);
                }
                _ => drop(self.statement(&inside, statement)?),
            }
        }
        Ok(inside.environment.values.take())
    }
}

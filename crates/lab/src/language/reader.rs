//! Which of a text's statements make the network, and which stand beside it.
//!
//! A name that the text does not define, and all that is made of it or of what is imported from elsewhere, is passed over; so is a
//! statement that fails after the network, unless it builds a module or gives the network's name another value.

use std::rc::Rc;

use super::arguments::Given;
use super::evaluator::{Evaluator, Flow, Frame};
use super::syntax::{Block, ExpressionKind, Name, Statement, StatementKind};
use super::tree::Tree;
use super::value::{Class, Container, Environment, Object, Value};
use super::{Failure, Place, error};

/// The last module that was given a name; or else the last class that is one and can be built without arguments; or else the
/// last module that stands alone.
pub(super) fn read(block: &Block) -> Result<Tree, Failure> {
    let mut evaluator = Evaluator::new(None);
    let environment = evaluator.environment(None);
    let mut reader = Reader { named: None, alone: None, elsewhere: None };
    for statement in block {
        reader.statement(&mut evaluator, &environment, statement)?;
    }
    let found = reader.named.map(|(_, object)| object);
    let root = match found {
        Some(object) => object,
        None => match last_class(&mut evaluator, &environment)? {
            Some(object) => object,
            None => match (reader.alone, reader.elsewhere) {
                (Some(object), _) => object,
                (None, elsewhere) => return Err(missing(evaluator.first_unknown.take(), elsewhere, block)),
            },
        },
    };
    Tree::new(root, evaluator.heap)
}

/// A value that was made elsewhere, where it got its name.
struct Elsewhere {
    name: Name,
    place: Place,
}

struct Reader {
    /// What the network is called, and the network.
    named: Option<(Name, Rc<Object>)>,
    alone: Option<Rc<Object>>,
    elsewhere: Option<Elsewhere>,
}

impl Reader {
    fn statement(
        &mut self,
        evaluator: &mut Evaluator<'_, '_>,
        environment: &Rc<Environment>,
        statement: &Statement,
    ) -> Result<(), Failure> {
        let frame = Frame { environment: environment.clone(), class: None, receiver: None };
        evaluator.failed_to_build = false;
        if let StatementKind::Expression(expression) = &statement.kind {
            // What a docstring says, and `model.eval()`, is no network of its own.
            let is_call = matches!(&expression.kind, ExpressionKind::Call(callee, _) if matches!(callee.kind, ExpressionKind::Attribute(..) | ExpressionKind::Name(_)));
            return match evaluator.expression(&frame, expression) {
                Ok(value) => {
                    if let (Some(object), true) = (module(&value), is_call || self.named.is_none()) {
                        self.alone = Some(object);
                    }
                    Ok(())
                }
                Err(refused) => self.pass_over(evaluator, statement, refused),
            };
        }
        match evaluator.statement(&frame, statement) {
            Ok(Flow::Next | Flow::Break | Flow::Continue) => {}
            Ok(Flow::Return(_)) => return Err(error(statement.place, "`return` stands in functions only")),
            Err(refused) => self.pass_over(evaluator, statement, refused)?,
        }
        for name in statement.binds() {
            match environment.get(name) {
                Some(Value::Object(object)) if object.is_module() => self.named = Some((name.clone(), object)),
                Some(Value::Foreign(from))
                    if matches!(statement.kind, StatementKind::Assign(..)) && !from.starts_with("torch.") =>
                {
                    self.elsewhere.get_or_insert(Elsewhere { name: from, place: statement.place });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn pass_over(&self, evaluator: &Evaluator<'_, '_>, statement: &Statement, refused: Failure) -> Result<(), Failure> {
        let is_named = |name: &&Name| self.named.as_ref().is_some_and(|(known, _)| *known == **name);
        let is_beside = self.named.is_some() && !statement.binds().iter().any(is_named);
        if is_beside && !evaluator.failed_to_build { Ok(()) } else { Err(refused) }
    }
}

fn module(value: &Value) -> Option<Rc<Object>> {
    match value {
        Value::Object(object) if object.is_module() => Some(object.clone()),
        _ => None,
    }
}

/// An instance of the last class that is a module and needs no arguments.
fn last_class(evaluator: &mut Evaluator<'_, '_>, environment: &Environment) -> Result<Option<Rc<Object>>, Failure> {
    let classes: Vec<Rc<Class>> = environment
        .values
        .borrow()
        .iter()
        .rev()
        .filter_map(|(_, value)| match value {
            Value::Class(class) if class.root != Container::Plain => Some(class.clone()),
            _ => None,
        })
        .collect();
    let needs_nothing = |class: &&Rc<Class>| match class.find("__init__") {
        Some((Value::Function(function), _)) => {
            let mut parameters = function.definition.parameters.iter().zip(&function.defaults).skip(1);
            parameters.all(|(parameter, default)| parameter.is_optional() || default.is_some())
        }
        _ => true,
    };
    match classes.iter().find(needs_nothing) {
        Some(class) => {
            let place = class.definition.place;
            let value = evaluator.call(&Value::Class(class.clone()), Given::none(place))?;
            Ok(module(&value))
        }
        None => Ok(None),
    }
}

fn missing(unknown: Option<Failure>, elsewhere: Option<Elsewhere>, block: &Block) -> Failure {
    if let (None, Some(Elsewhere { name, place })) = (&unknown, elsewhere) {
        return error(place, format!("`{name}` is no part of this text: a network is written out here"));
    }
    let end = block.last().map_or(Place { line: 1, column: 1 }, |statement| statement.place);
    let rule = "there is no network in this text: `nn.Sequential(…)`, or a class that derives from nn.Module";
    unknown.unwrap_or_else(|| error(end, rule))
}

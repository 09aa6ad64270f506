//! Calls: functions of the text, classes, modules, and what the reader knows.

use std::rc::Rc;

use super::super::arguments::{Arguments, Given};
use super::super::syntax::{FunctionKind, Name, ParameterKind};
use super::super::value::{Class, Container, Function, Object, ObjectKind, Value};
use super::super::{Place, error};
use super::{Evaluator, Flow, Frame, Result};

impl Evaluator<'_, '_> {
    pub(in super::super) fn call(&mut self, callee: &Value, given: Given) -> Result<Value> {
        let place = given.place;
        match callee {
            Value::Function(function) => self.call_function(function, given, None, None),
            Value::Bound(object, function, class) => {
                let given = given.with_first(Value::Object(object.clone()));
                self.call_function(function, given, Some(class), Some(object))
            }
            Value::Class(class) => self.instantiate(class, given),
            Value::Layer(layer) => self.layer(layer, given),
            Value::Container(container) => self.container(*container, given),
            Value::Object(object) => self.call_object(object, given),
            Value::Known(name) => self.call_known(name, given),
            Value::Operation(operation) => {
                if let Some(foreign) = self.foreign(&given) {
                    return Ok(foreign);
                }
                let arguments = Arguments::bind(operation.shown(), operation.signature, given)?;
                self.called(operation.name, |evaluator| {
                    if let Some(scope) = &evaluator.scope {
                        scope.set_operation(&arguments.callee);
                    }
                    (operation.run)(evaluator, &arguments)
                })
            }
            Value::LayerFunction(layer) => {
                self.called(layer.function, |evaluator| evaluator.layer_function(layer, given))
            }
            Value::Method(method) => self.call_method(&method.0, &method.1, given),
            Value::Partial(partial) => {
                let first = partial.positional.iter().map(|value| (value.clone(), place));
                let mut positional: Vec<(Value, Place)> = first.collect();
                positional.extend(given.positional);
                let mut keywords = given.keywords;
                for (name, value) in &partial.keywords {
                    if !keywords.iter().any(|(known, ..)| known == name) {
                        keywords.push((name.clone(), value.clone(), place));
                    }
                }
                self.deeper(place, |evaluator| evaluator.call(&partial.callee, Given { place, positional, keywords }))
            }
            Value::Foreign(name) if self.is_strict() => {
                Err(error(place, format!("`{name}` is not something that a network is read with")))
            }
            Value::Foreign(name) => Ok(Value::Foreign(name.clone())),
            other => Err(error(place, format!("{} is no function, and cannot be called", other.kind()))),
        }
    }

    /// Outside of networks, what is made of something unknown is unknown.
    pub(super) fn foreign(&self, given: &Given) -> Option<Value> {
        if self.is_strict() {
            return None;
        }
        let positional = given.positional.iter().map(|(value, _)| value);
        let mut all = positional.chain(given.keywords.iter().map(|(_, value, _)| value));
        all.find(|value| matches!(value, Value::Foreign(_))).cloned()
    }

    /// `super()`, `super(Net, self)`
    pub(super) fn superior(&self, frame: &Frame, place: Place) -> Result<Value> {
        match (&frame.receiver, &frame.class) {
            (Some(object), Some(class)) => Ok(Value::Super(object.clone(), class.base.clone())),
            _ => Err(error(place, "`super()` stands in the functions of a class")),
        }
    }

    pub(super) fn call_function(
        &mut self,
        function: &Rc<Function>,
        given: Given,
        class: Option<&Rc<Class>>,
        receiver: Option<&Rc<Object>>,
    ) -> Result<Value> {
        let place = given.place;
        let definition = &function.definition;
        if definition.kind == FunctionKind::Decorated {
            let rule = "of the decorators, networks are read with @property and @staticmethod only";
            return Err(error(definition.place, rule));
        }
        let environment = self.environment(Some(&function.environment));
        let frame = Frame { environment, class: class.cloned(), receiver: receiver.cloned() };
        self.bind(function, given, &frame)?;
        let name = match (&*definition.name, receiver) {
            ("__init__", Some(object)) => object.name().into(),
            _ => definition.name.clone(),
        };
        self.calls.push((name, place));
        let flow = self.deeper(place, |evaluator| evaluator.block(&frame, &definition.body));
        self.calls.pop();
        let flow = flow?;
        Ok(if let Flow::Return(value) = flow { value } else { Value::None })
    }

    /// Gives a function's parameters their values.
    fn bind(&mut self, function: &Function, given: Given, frame: &Frame) -> Result<()> {
        let place = given.place;
        // Who makes an instance knows the class, not its `__init__`.
        let name: Name = match (&*function.definition.name, &frame.receiver) {
            ("__init__", Some(object)) => object.name().into(),
            _ => function.definition.name.clone(),
        };
        let mut positional = given.positional.into_iter().peekable();
        let mut keywords = given.keywords;
        let mut rest = None;
        for (parameter, default) in function.definition.parameters.iter().zip(&function.defaults) {
            let value = match parameter.kind {
                ParameterKind::Rest => Value::tuple(positional.by_ref().map(|(value, _)| value)),
                ParameterKind::Keywords => {
                    rest = Some(&parameter.name);
                    continue;
                }
                kind => {
                    let by_place = if kind == ParameterKind::Positional { positional.next() } else { None };
                    let by_name = keywords.iter().position(|(known, ..)| *known == parameter.name);
                    match (by_place, by_name.map(|at| keywords.remove(at)), default) {
                        (Some(_), Some((_, _, place)), _) => {
                            return Err(error(place, format!("`{}` is given twice", parameter.name)));
                        }
                        (Some((value, _)), None, _) | (None, Some((_, value, _)), _) => value,
                        (None, None, Some(default)) => default.clone(),
                        (None, None, None) => {
                            return Err(error(place, format!("`{name}` needs `{}`", parameter.name)));
                        }
                    }
                }
            };
            frame.environment.set(&parameter.name, value);
        }
        if let Some((_, place)) = positional.next() {
            let definition = &function.definition;
            let most = definition.parameters.len();
            if frame.receiver.is_some() && definition.parameters.first().is_none_or(|first| &*first.name != "self") {
                let rule = format!("`{}` needs `self` as its first argument", definition.name);
                return Err(error(definition.place, rule));
            }
            return Err(error(place, format!("`{name}` takes {most} arguments at most, and more are given")));
        }
        match (rest, keywords.first()) {
            (Some(rest), _) => {
                let pairs = keywords.into_iter().map(|(name, value, _)| (Value::Text(name), value));
                let dict = Value::Dict(Rc::new(std::cell::RefCell::new(pairs.collect())));
                frame.environment.set(rest, dict);
                Ok(())
            }
            (None, Some((unknown, _, place))) => {
                let names: Vec<&str> = function.definition.parameters.iter().map(|known| &*known.name).collect();
                let names = names.join(", ");
                Err(error(*place, format!("`{name}` has no argument `{unknown}`; it takes {names}")))
            }
            (None, None) => Ok(()),
        }
    }

    /// An instance of a class of the text.
    fn instantiate(&mut self, class: &Rc<Class>, given: Given) -> Result<Value> {
        let place = given.place;
        let object = self.object(ObjectKind::Class(class.clone()), place)?;
        let is_module = class.root != Container::Plain;
        self.building += u16::from(is_module);
        let built = match class.find("__init__") {
            Some((Value::Function(function), owner)) => {
                let given = given.with_first(Value::Object(object.clone()));
                self.call_function(&function, given, Some(&owner), Some(&object)).map(drop)
            }
            _ => self.initialize_container(&object, given).map(drop),
        };
        self.building -= u16::from(is_module);
        self.failed_to_build |= built.is_err() && is_module;
        built?;
        Ok(Value::Object(object))
    }

    /// A new object on the heap.
    pub(super) fn object(&mut self, kind: ObjectKind, place: Place) -> Result<Rc<Object>> {
        self.spend(20, place)?;
        let object = Rc::new(Object::new(kind, place));
        self.heap.objects.push(object.clone());
        if self.heap.objects.len() > super::MODULES {
            let most = super::MODULES;
            return Err(error(place, format!("this text makes more than {most} modules, which is more than is read")));
        }
        Ok(object)
    }

    /// A function of an object's class by its name.
    pub(super) fn find_function(&self, object: &Object, name: &str) -> Option<(Rc<Function>, Rc<Class>)> {
        let ObjectKind::Class(class) = &object.kind else { return None };
        match class.find(name) {
            Some((Value::Function(function), owner)) => Some((function, owner)),
            _ => None,
        }
    }

    /// A name for a child that has none.
    pub(super) fn number(index: usize) -> Name {
        index.to_string().into()
    }
}

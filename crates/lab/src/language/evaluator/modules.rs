//! Modules: making layers and containers, and running their forward passes.

use std::rc::Rc;

use chalkgrad::Tensor;
use chalkgrad::nn::{Scope, declared};

use super::super::arguments::{Arguments, Given};
use super::super::functions;
use super::super::layers::Layer;
use super::super::syntax::Name;
use super::super::value::{Container, Keeping, LayerObject, Object, ObjectKind, Stored, Value};
use super::super::{Place, error};
use super::{Evaluator, Result};

impl<'s, 'g> Evaluator<'s, 'g> {
    /// `nn.Conv2d(…)`
    pub(super) fn layer(&mut self, layer: &'static Layer, given: Given) -> Result<Value> {
        let object = self.object(ObjectKind::Container(Container::Layer(layer)), given.place)?;
        self.fill(&object, layer, given).map(|()| Value::Object(object))
    }

    /// Makes an object the layer that it is.
    fn fill(&mut self, object: &Object, layer: &'static Layer, given: Given) -> Result<()> {
        let place = given.place;
        let made = Arguments::bind(format!("nn.{}", layer.name), layer.signature, given)
            .and_then(|arguments| Ok(((layer.make)(&arguments)?, arguments)));
        self.failed_to_build |= made.is_err();
        let (module, arguments) = made?;
        let (parameters, _) = declared(&*module).map_err(|refused| error(place, refused.to_string()))?;
        let arguments: Vec<(&'static str, Value)> =
            arguments.values().map(|(name, value)| (name, value.clone())).collect();
        // Whoever initialises twice has the first.
        if object.layer.set(LayerObject { arguments, module }).is_err() {
            return Ok(());
        }
        for parameter in parameters {
            let stored = Stored::new(parameter.shape, parameter.init, Keeping::Parameter);
            object.set(&parameter.path.into(), Value::Stored(Rc::new(stored)));
        }
        Ok(())
    }

    /// `F.max_pool2d(x, …)`: what the layer does, without one.
    pub(super) fn layer_function(&mut self, layer: &'static Layer, mut given: Given) -> Result<Value> {
        if let Some(foreign) = self.foreign(&given) {
            return Ok(foreign);
        }
        let place = given.place;
        let named = given.keywords.iter().position(|(name, ..)| &**name == "input");
        let input = match named {
            Some(at) => given.keywords.remove(at).1,
            None if given.positional.is_empty() => {
                return Err(error(place, format!("{} needs `input`", layer.function)));
            }
            None => given.positional.remove(0).0,
        };
        let arguments = Arguments::bind(functions::shown(layer.function, layer.spaces), layer.signature, given)?;
        let module = (layer.make)(&arguments)?;
        let tensor = self.tensor(&input, place)?;
        let scope = self.pass(place)?;
        scope.set_operation(&arguments.callee);
        let output = module.forward(scope, tensor);
        let in_place = arguments.flag("inplace").unwrap_or(false);
        self.made_of(&input, output, in_place, place)
    }

    /// A result, written into what it was made of where that was asked for.
    pub(in crate::language) fn made_of(
        &mut self,
        input: &Value,
        output: Tensor<'g>,
        in_place: bool,
        place: Place,
    ) -> Result<Value> {
        let made = self.made(output, place)?;
        match (input, in_place) {
            (Value::Tensor(cell), true) => {
                cell.set(output.id());
                Ok(input.clone())
            }
            _ => Ok(made),
        }
    }

    /// `nn.Sequential(…)`, `nn.ModuleList(…)`, `nn.ModuleDict(…)`
    pub(super) fn container(&mut self, container: Container, given: Given) -> Result<Value> {
        let object = self.object(ObjectKind::Container(container), given.place)?;
        let filled = self.initialize_container(&object, given);
        self.failed_to_build |= filled.is_err();
        filled.map(|()| Value::Object(object))
    }

    /// What PyTorch's own `__init__` does.
    pub(super) fn initialize_container(&mut self, object: &Rc<Object>, given: Given) -> Result<()> {
        let place = given.place;
        object.is_initialized.set(true);
        match object.container() {
            Container::Layer(layer) => self.fill(object, layer, given),
            Container::Sequential => match given.positional.as_slice() {
                [(Value::Dict(children), _)] => self.update(object, &Value::Dict(children.clone()), place),
                _ => {
                    for (child, place) in given.positional {
                        self.append(object, child, place)?;
                    }
                    Ok(())
                }
            },
            Container::List => match given.positional.into_iter().next() {
                Some((children, place)) => self.extend(object, &children, place),
                None => Ok(()),
            },
            Container::Dict => match given.positional.into_iter().next() {
                Some((children, place)) => self.update(object, &children, place),
                None => Ok(()),
            },
            _ => match given.positional.first() {
                Some((_, place)) => Err(error(*place, format!("`{}` takes no arguments", object.name()))),
                None => Ok(()),
            },
        }
    }

    pub(super) fn extend(&mut self, object: &Rc<Object>, children: &Value, place: Place) -> Result<()> {
        for child in self.iterate(children, place)? {
            self.append(object, child, place)?;
        }
        Ok(())
    }

    pub(super) fn append(&mut self, object: &Rc<Object>, child: Value, place: Place) -> Result<()> {
        let name = Self::number(object.children().len());
        self.add_child(object, &name, child, place)
    }

    pub(super) fn update(&mut self, object: &Rc<Object>, children: &Value, place: Place) -> Result<()> {
        for (name, child) in self.pairs(children, place)? {
            let Value::Text(name) = name else { return Err(error(place, "modules have names, which are texts")) };
            self.add_child(object, &name, child, place)?;
        }
        Ok(())
    }

    /// Gives a module a child.
    pub(super) fn add_child(&mut self, object: &Rc<Object>, name: &Name, child: Value, place: Place) -> Result<()> {
        self.spend(1, place)?;
        let (parent, is_module) = (object.name(), matches!(&child, Value::Object(object) if object.is_module()));
        if !is_module {
            let hint = match child {
                Value::Class(_) | Value::Layer(_) | Value::Container(_) => ": a class is one with brackets behind it",
                Value::List(_) | Value::Tuple(_) => ": `*` in front of it spreads a list out",
                _ => "",
            };
            let kind = child.kind();
            return Err(error(place, format!("nn.{parent} takes layers, such as nn.ReLU(), and this is {kind}{hint}")));
        }
        if name.is_empty() || name.contains('.') {
            return Err(error(place, format!("`{name}` is no name for a module: it is a part of a path")));
        }
        object.set(name, child);
        Ok(())
    }

    /// A module's result.
    pub(super) fn call_object(&mut self, object: &Rc<Object>, given: Given) -> Result<Value> {
        let place = given.place;
        if !object.is_module() {
            return match self.find_function(object, "__call__") {
                Some((function, class)) => {
                    let given = given.with_first(Value::Object(object.clone()));
                    self.call_function(&function, given, Some(&class), Some(object))
                }
                None => Err(error(place, format!("`{}` is no module, and cannot be called", object.name()))),
            };
        }
        let Some(scope) = self.scope.clone() else {
            return Ok(Value::Foreign(format!("the result of {}", object.name()).into()));
        };
        let scope = match &*object.path.borrow() {
            Some(path) => scope.at(&**path),
            None if super::super::tree::has_parameters(object) => {
                let name = object.name();
                return Err(error(
                    place,
                    format!(
                        "this {name} is no part of the network, so what it learns would be lost: make it in `__init__`, as an attribute of `self` or in an nn.ModuleList"
                    ),
                ));
            }
            None => {
                self.spend(10 + object.attributes.borrow().len(), place)?;
                return self.deeper(place, |evaluator| evaluator.forward(object, given, &scope));
            }
        };
        let text = match (object.layer.get(), &object.kind) {
            (Some(layer), ObjectKind::Container(_)) => layer.module.to_string(),
            _ => object.name().to_owned(),
        };
        self.deeper(place, |evaluator| {
            scope.run(text, |scope| {
                let outer = evaluator.scope.replace(scope.clone());
                let result = evaluator.forward(object, given, scope);
                evaluator.scope = outer;
                let output = match &result {
                    Ok(Value::Tensor(cell)) => scope.graph().tensor(cell.get()),
                    _ => None,
                };
                (result, output)
            })
        })
    }

    fn forward(&mut self, object: &Rc<Object>, given: Given, scope: &Scope<'s, 'g>) -> Result<Value> {
        if let Some((function, class)) = self.find_function(object, "forward") {
            self.passes += 1;
            let given = given.with_first(Value::Object(object.clone()));
            let result = self.call_function(&function, given, Some(&class), Some(object));
            self.passes -= 1;
            return result;
        }
        self.forward_of(object, given, scope)
    }

    /// `super().forward(x)`, `self.conv.forward(x)`: what PyTorch's own class does.
    pub(super) fn call_inherited(&mut self, object: &Rc<Object>, given: Given) -> Result<Value> {
        match self.scope.clone() {
            Some(_) if matches!(object.kind, ObjectKind::Container(Container::Layer(_))) => {
                self.call_object(object, given)
            }
            Some(scope) => self.forward_of(object, given, &scope),
            None => Ok(Value::Foreign("forward".into())),
        }
    }

    fn forward_of(&mut self, object: &Rc<Object>, given: Given, scope: &Scope<'s, 'g>) -> Result<Value> {
        let place = given.place;
        let (name, container) = (object.name(), object.container());
        if !matches!(container, Container::Layer(_) | Container::Sequential) {
            let rule = match container {
                Container::Module => {
                    let place =
                        if let ObjectKind::Class(class) = &object.kind { class.definition.place } else { place };
                    return Err(error(place, format!("class `{name}` has no function `forward`")));
                }
                _ => format!("nn.{name} holds modules and runs none: call them one by one in `forward`"),
            };
            return Err(error(place, rule));
        }
        let mut arguments =
            given.positional.into_iter().chain(given.keywords.into_iter().map(|(_, value, at)| (value, at)));
        let (Some((input, at)), None) = (arguments.next(), arguments.next()) else {
            return Err(error(place, format!("{name} takes one tensor")));
        };
        let Some(layer) = object.layer.get() else {
            return self.chain(object, input, place);
        };
        let tensor = self.tensor(&input, at)?;
        self.pass(place)?.set_operation("");
        let output = layer.module.forward(scope, tensor);
        let in_place =
            layer.arguments.iter().any(|(name, value)| *name == "inplace" && matches!(value, Value::Bool(true)));
        self.made_of(&input, output, in_place, place)
    }

    /// One child after the other. Outside of any `forward` of the text, errors lie where the child was made.
    fn chain(&mut self, object: &Rc<Object>, input: Value, place: Place) -> Result<Value> {
        let mut value = input;
        for (_, child) in object.children() {
            let place = if self.passes > 0 { place } else { child.place };
            let given = Given { place, positional: vec![(value, place)], keywords: Vec::new() };
            value = self.call_object(&child, given)?;
        }
        Ok(value)
    }

    /// A parameter, a buffer or numbers of their own, in this pass.
    pub(super) fn stored(&self, stored: &Stored, place: Place) -> Result<Tensor<'g>> {
        let scope = self.pass(place)?;
        let path = stored.path.borrow();
        match (&*path, stored.keeping) {
            (Some(path), Keeping::Parameter) => {
                let found = scope.at("").registered(path);
                found.ok_or_else(|| error(place, format!("`{path}` is no parameter of this network")))
            }
            (Some(path), Keeping::Buffer) => {
                Ok(scope.at("").buffer(path, stored.shape.clone(), Self::constant(stored, place)? as f32))
            }
            (None, Keeping::Parameter) => {
                Err(error(place, "this parameter is no part of the network: keep it as an attribute of a module"))
            }
            _ => Ok(scope.graph().constant(Self::constant(stored, place)?, stored.shape.clone())),
        }
    }

    /// The number that a tensor consists of.
    pub(super) fn constant(stored: &Stored, place: Place) -> Result<f64> {
        match stored.init.get() {
            chalkgrad::nn::Init::Constant(value) => Ok(value),
            _ => Err(error(
                place,
                "random numbers are drawn for parameters only: a forward pass gives the same result each time",
            )),
        }
    }
}

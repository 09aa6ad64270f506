//! A network as it was read: a tree of modules that keeps no text. It is a module of the library, whose forward pass interprets
//! the functions `forward` of its classes, and prints as PyTorch prints it.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;

use chalkgrad::Tensor;
use chalkgrad::nn::{Module, Role, Scope};

use super::arguments::Given;
use super::evaluator::{Evaluator, Heap};
use super::syntax::Name;
use super::value::{Container, Keeping, Object, ObjectKind, Value};
use super::{Failure, Place, error};

/// Deepest nesting of modules.
const DEEPEST: usize = 60;
/// In so many places of a tree modules may stand: what is shared has several.
const PLACES: usize = 2_000;

/// A network that was read from a text.
pub struct Tree {
    pub(super) root: Rc<Object>,
    /// What the functions of its classes see besides.
    pub(super) _heap: Heap,
}

/// A module and all below it, parents before children, each once with its first path.
pub(super) fn modules(root: &Rc<Object>) -> Vec<(Name, Rc<Object>)> {
    let mut all: Vec<(Name, Rc<Object>)> = Vec::new();
    let mut seen = HashSet::new();
    // The next one is the last of these.
    let mut open: Vec<(Name, Rc<Object>)> = vec![("".into(), root.clone())];
    while let Some((path, object)) = open.pop() {
        if !seen.insert(Rc::as_ptr(&object)) {
            continue;
        }
        let below = object.children().into_iter().rev();
        open.extend(below.map(|(name, child)| (join(&path, &name), child)));
        all.push((path, object));
    }
    all
}

/// In how many places of the tree modules stand, or `None` where one holds itself.
fn places(object: &Rc<Object>, known: &mut HashMap<*const Object, Option<usize>>) -> Option<usize> {
    if let Some(places) = known.get(&Rc::as_ptr(object)) {
        return *places;
    }
    // Whoever meets it again before it is counted stands inside of it.
    known.insert(Rc::as_ptr(object), None);
    let below = object.children().iter().map(|(_, child)| places(child, known)).collect::<Option<Vec<usize>>>();
    let places = below.map(|below| below.into_iter().fold(1_usize, usize::saturating_add));
    known.insert(Rc::as_ptr(object), places);
    places
}

fn join(path: &str, name: &str) -> Name {
    if path.is_empty() { name.into() } else { format!("{path}.{name}").into() }
}

impl Tree {
    /// Gives every module and parameter its path.
    pub(super) fn new(root: Rc<Object>, heap: Heap) -> Result<Self, Failure> {
        let all = modules(&root);
        if let Some((_, object)) = all.iter().find(|(path, _)| path.matches('.').count() >= DEEPEST) {
            return Err(error(object.place, format!("modules are nested more than {DEEPEST} deep")));
        }
        if places(&root, &mut HashMap::new()).is_none_or(|places| places > PLACES) {
            let rule = format!("the modules of this network hold one another more than {PLACES} times");
            return Err(error(root.place, rule));
        }
        for (path, object) in &all {
            for keeping in [Keeping::Parameter, Keeping::Buffer] {
                for (name, stored) in object.stored(keeping) {
                    stored.path.borrow_mut().get_or_insert_with(|| join(path, &name));
                }
            }
            *object.path.borrow_mut() = Some(path.clone());
        }
        all.iter().try_for_each(|(_, object)| check_attributes(object))?;
        Ok(Self { root, _heap: heap })
    }

    /// Registers what one module has, as PyTorch does: parameters, then buffers.
    fn register_own(object: &Object, scope: &Scope<'_, '_>) {
        if let Some(layer) = object.layer.get() {
            // Shared parameters first: the layer asks for them.
            for (name, stored) in object.stored(Keeping::Parameter) {
                if let Some(path) = &*stored.path.borrow() {
                    scope.alias(&name, path);
                }
            }
            layer.module.register(scope);
        }
        for (name, stored) in object.stored(Keeping::Parameter) {
            let path = stored.path.borrow();
            let Some(path) = path.as_deref() else { continue };
            scope.alias(&name, path);
            if scope.at("").registered(path).is_none() {
                let role = match (name.contains("bias"), stored.shape.rank()) {
                    (true, _) => Role::Bias,
                    (false, rank) if rank > 1 => Role::Weight,
                    _ => Role::Scale,
                };
                scope.at("").parameter(path, role, stored.shape.clone(), stored.init.get());
            } else if stored.is_chosen.get() {
                scope.at("").initialize(path, stored.init.get());
            }
        }
        for (name, stored) in object.stored(Keeping::Buffer) {
            match (stored.path.borrow().as_deref(), stored.init.get()) {
                (Some(path), chalkgrad::nn::Init::Constant(value)) => {
                    scope.alias(&name, path);
                    scope.at("").buffer(path, stored.shape.clone(), value as f32);
                }
                _ => scope.refuse(format!("the buffer `{name}` must begin with one number everywhere")),
            }
        }
    }
}

/// PyTorch would not find modules in a list of Python's, and neither would a file of weights.
fn check_attributes(object: &Object) -> Result<(), Failure> {
    let loses = |value: &Value| matches!(value, Value::Object(child) if child.is_module() && has_parameters(child));
    for (name, value) in object.attributes.borrow().iter() {
        let lost = match value {
            Value::List(values) => values.borrow().iter().any(loses),
            Value::Tuple(values) => values.iter().any(loses),
            Value::Dict(pairs) => pairs.borrow().iter().any(|(_, value)| loses(value)),
            _ => false,
        };
        if lost {
            let list = if matches!(value, Value::Dict(_)) { "ModuleDict" } else { "ModuleList" };
            let rule =
                format!("`self.{name}` keeps modules where PyTorch does not find them: put them into an nn.{list}");
            return Err(error(object.place, rule));
        }
    }
    Ok(())
}

/// Whether there are parameters in it that are no part of a network.
pub(super) fn has_parameters(object: &Rc<Object>) -> bool {
    let unregistered =
        |object: &Object| object.path.borrow().is_none() && !object.stored(Keeping::Parameter).is_empty();
    modules(object).iter().any(|(_, module)| unregistered(module))
}

impl Module for Tree {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let mut evaluator = Evaluator::new(Some(scope.clone()));
        let place = self.root.place;
        let given = Given { place, positional: vec![(Value::tensor(input.id()), place)], keywords: Vec::new() };
        let result = evaluator.call(&Value::Object(self.root.clone()), given);
        let output = result.and_then(|value| match value {
            Value::Tensor(_) => evaluator.tensor(&value, place),
            Value::None => Err(returned("nothing: `return` is missing", &self.root, None)),
            other => Err(returned(other.kind(), &self.root, evaluator.returned)),
        });
        output.unwrap_or_else(|refused| {
            // Where the graph has refused something already, it knows more.
            scope.set_place(Some([refused.place.line, refused.place.column]));
            scope.refuse(refused.message);
            input
        })
    }

    fn register(&self, scope: &Scope<'_, '_>) {
        register(&self.root, "", scope);
    }
}

fn returned(what: &str, root: &Object, place: Option<Place>) -> Failure {
    let place = place.unwrap_or_else(|| match &root.kind {
        ObjectKind::Class(class) => match class.find("forward") {
            Some((Value::Function(function), _)) => function.definition.place,
            _ => root.place,
        },
        _ => root.place,
    });
    error(place, format!("the network's `forward` must return one tensor, and it returns {what}"))
}

/// What has a place already has its keys twice, as in PyTorch's `state_dict`.
fn register(object: &Rc<Object>, path: &str, scope: &Scope<'_, '_>) {
    let own = scope.at(path);
    let first = object.path.borrow().clone().unwrap_or_default();
    own.list();
    if *first == *path {
        Tree::register_own(object, &own);
    } else if let Some(layer) = object.layer.get() {
        if let Ok((parameters, buffers)) = chalkgrad::nn::declared(&*layer.module) {
            let names =
                parameters.iter().map(|parameter| &parameter.path).chain(buffers.iter().map(|buffer| &buffer.path));
            names.for_each(|name| own.alias(name, &join(&first, name)));
        }
    } else {
        for keeping in [Keeping::Parameter, Keeping::Buffer] {
            for (name, stored) in object.stored(keeping) {
                own.alias(&name, stored.path.borrow().as_deref().unwrap_or(""));
            }
        }
    }
    for (name, child) in object.children() {
        register(&child, &join(path, &name), scope);
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printed(&self.root))
    }
}

/// As PyTorch prints it.
fn printed(object: &Object) -> String {
    if let Some(layer) = object.layer.get() {
        let text = layer.module.to_string();
        let arguments = text.find('(').unwrap_or(text.len());
        return format!("{}{}", object.name(), &text[arguments..]);
    }
    let mut text = format!("{}(", object.name());
    let children = object.children();
    for (name, child) in &children {
        let child = printed(child).replace('\n', "\n  ");
        text += &format!("\n  ({name}): {child}");
    }
    text += if children.is_empty() || object.container() == Container::Plain { ")" } else { "\n)" };
    text
}

//! What names of a text stand for while it is read: numbers, lists, classes, modules, and tensors by their place in a graph.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use chalkgrad::nn::{Init, Module};
use chalkgrad::{NodeId, Shape};

use super::Place;
use super::functions::Operation;
use super::layers::Layer;
use super::syntax::{self, Name};

#[derive(Clone)]
pub(super) enum Value {
    None,
    Ellipsis,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    Tuple(Rc<[Value]>),
    List(Rc<RefCell<Vec<Value>>>),
    Dict(Rc<RefCell<Vec<(Value, Value)>>>),
    /// Start, stop, step.
    Range(Rc<[i64; 3]>),
    Slice(Rc<[Value; 3]>),
    Function(Rc<Function>),
    /// A function of a class with the instance that it is called on.
    Bound(Rc<Object>, Rc<Function>, Rc<Class>),
    Class(Rc<Class>),
    /// `nn.Conv2d` itself.
    Layer(&'static Layer),
    /// `nn.Sequential` itself.
    Container(Container),
    Object(Rc<Object>),
    /// `super()`: an instance, seen as one of the class above.
    Super(Rc<Object>, Option<Rc<Class>>),
    /// A node of the graph that is being made. What changes it in place changes it for everybody who has it.
    Tensor(Rc<Cell<NodeId>>),
    /// A tensor that no graph has: a parameter, a buffer, or numbers for one.
    Stored(Rc<Stored>),
    /// A module of Python's: `torch.nn`.
    Namespace(&'static str),
    /// A function of Python's that the reader knows, by its whole name: `len`, `math.sqrt`.
    Known(&'static str),
    /// A function of tensors: `torch.cat`.
    Operation(&'static Operation),
    /// What a layer does, as a function: `F.relu`.
    LayerFunction(&'static Layer),
    /// `x.view`: a function that the reader knows, with what it is called on.
    Method(Rc<(Value, Name)>),
    Partial(Rc<Partial>),
    /// What has nothing to do with a network: an optimiser, a data loader, the result of calling one.
    Foreign(Name),
}

/// `functools.partial`: a function with its first arguments.
pub(super) struct Partial {
    pub(super) callee: Value,
    pub(super) positional: Vec<Value>,
    pub(super) keywords: Vec<(Name, Value)>,
}

/// What instances of a class are at bottom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Module,
    Sequential,
    List,
    Dict,
    /// One of the library's layers.
    Layer(&'static Layer),
    /// No module.
    Plain,
}

impl Container {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Module => "Module",
            Self::Sequential => "Sequential",
            Self::List => "ModuleList",
            Self::Dict => "ModuleDict",
            Self::Layer(layer) => layer.name,
            Self::Plain => "object",
        }
    }
}

pub(super) struct Object {
    pub(super) kind: ObjectKind,
    /// What it computes, if it is a layer or of a class that derives from one.
    pub(super) layer: OnceCell<LayerObject>,
    /// Whether PyTorch's `__init__` ran, before which nothing may be kept in it.
    pub(super) is_initialized: Cell<bool>,
    /// Children, parameters and all others, in the order in which they became what they are.
    pub(super) attributes: RefCell<Vec<(Name, Value)>>,
    /// Its first place in the network, once there is one.
    pub(super) path: RefCell<Option<Name>>,
    /// Where it was made.
    pub(super) place: Place,
}

pub(super) enum ObjectKind {
    Container(Container),
    Class(Rc<Class>),
}

/// One of the library's layers.
pub(super) struct LayerObject {
    /// Every argument by its name, defaults too.
    pub(super) arguments: Vec<(&'static str, Value)>,
    pub(super) module: Box<dyn Module>,
}

impl Object {
    pub(super) fn new(kind: ObjectKind, place: Place) -> Self {
        let (layer, is_initialized) = (OnceCell::new(), Cell::new(false));
        Self { kind, layer, is_initialized, attributes: RefCell::default(), path: RefCell::default(), place }
    }

    pub(super) fn container(&self) -> Container {
        match &self.kind {
            ObjectKind::Container(container) => *container,
            ObjectKind::Class(class) => class.root,
        }
    }

    pub(super) fn is_module(&self) -> bool {
        self.container() != Container::Plain
    }

    /// The name of its class.
    pub(super) fn name(&self) -> &str {
        match &self.kind {
            ObjectKind::Container(container) => container.name(),
            ObjectKind::Class(class) => &class.name,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Value> {
        self.attributes.borrow().iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone())
    }

    /// As `self.name = value` does it: what becomes another kind of thing goes to the end, as in PyTorch.
    pub(super) fn set(&self, name: &Name, value: Value) {
        let mut attributes = self.attributes.borrow_mut();
        match attributes.iter().position(|(known, _)| known == name) {
            Some(at) if attributes[at].1.rank() == value.rank() => attributes[at].1 = value,
            at => {
                if let Some(at) = at {
                    attributes.remove(at);
                }
                attributes.push((name.clone(), value));
            }
        }
    }

    /// The modules right below it, each name once.
    pub(super) fn children(&self) -> Vec<(Name, Rc<Object>)> {
        let attributes = self.attributes.borrow();
        let child = |(name, value): &(Name, Value)| match value {
            Value::Object(object) if object.is_module() => Some((name.clone(), object.clone())),
            _ => None,
        };
        attributes.iter().filter_map(child).collect()
    }

    /// Its own parameters, or its own buffers.
    pub(super) fn stored(&self, role: Keeping) -> Vec<(Name, Rc<Stored>)> {
        let attributes = self.attributes.borrow();
        let own = |(name, value): &(Name, Value)| match value {
            Value::Stored(stored) if stored.keeping == role => Some((name.clone(), stored.clone())),
            _ => None,
        };
        attributes.iter().filter_map(own).collect()
    }
}

/// A class of the text.
pub(super) struct Class {
    pub(super) name: Name,
    pub(super) base: Option<Rc<Class>>,
    /// What the first class above all others derives from.
    pub(super) root: Container,
    pub(super) members: Vec<(Name, Value)>,
    pub(super) definition: Rc<syntax::Class>,
}

impl Class {
    /// A member of it or of a class above, and whose it is.
    pub(super) fn find(self: &Rc<Self>, name: &str) -> Option<(Value, Rc<Class>)> {
        let mut class = self;
        loop {
            if let Some((_, value)) = class.members.iter().rev().find(|(known, _)| **known == *name) {
                return Some((value.clone(), class.clone()));
            }
            class = class.base.as_ref()?;
        }
    }

    pub(super) fn derives_from(self: &Rc<Self>, other: &Rc<Class>) -> bool {
        let mut class = Some(self);
        while let Some(known) = class {
            if Rc::ptr_eq(known, other) {
                return true;
            }
            class = known.base.as_ref();
        }
        false
    }
}

/// A function of the text, or a lambda.
pub(super) struct Function {
    pub(super) definition: Rc<syntax::Function>,
    /// Of each parameter that has one.
    pub(super) defaults: Vec<Option<Value>>,
    pub(super) environment: Rc<Environment>,
}

/// Names and their values.
#[derive(Default)]
pub(super) struct Environment {
    pub(super) values: RefCell<Vec<(Name, Value)>>,
    pub(super) outer: Option<Rc<Environment>>,
}

impl Environment {
    pub(super) fn inside(outer: &Rc<Environment>) -> Rc<Self> {
        Rc::new(Self { values: RefCell::default(), outer: Some(outer.clone()) })
    }

    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let found = self.values.borrow().iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone());
        found.or_else(|| self.outer.as_ref()?.get(name))
    }

    /// How many names are in sight.
    pub(super) fn size(&self) -> usize {
        self.values.borrow().len() + self.outer.as_ref().map_or(0, |outer| outer.size())
    }

    pub(super) fn set(&self, name: &Name, value: Value) {
        let mut values = self.values.borrow_mut();
        match values.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => values.push((name.clone(), value)),
        }
    }
}

/// A tensor outside any graph.
pub(super) struct Stored {
    pub(super) shape: Shape,
    pub(super) keeping: Keeping,
    /// How it begins; `nn.init` may change it.
    pub(super) init: Cell<Init>,
    /// Whether something but its layer chose how it begins.
    pub(super) is_chosen: Cell<bool>,
    /// Its numbers, where they are not all of one kind.
    pub(super) listed: Vec<f64>,
    /// Its first place in the network, once there is one.
    pub(super) path: RefCell<Option<Name>>,
}

/// What a tensor outside a graph is kept as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    Parameter,
    Buffer,
    /// Not at all.
    No,
}

impl Stored {
    pub(super) fn new(shape: impl Into<Shape>, init: Init, keeping: Keeping) -> Self {
        let (init, is_chosen, path) = (Cell::new(init), Cell::new(false), RefCell::default());
        Self { shape: shape.into(), keeping, init, is_chosen, listed: Vec::new(), path }
    }

    /// Numbers, one by one.
    pub(super) fn listed(shape: Shape, values: &[f64]) -> Self {
        Self { listed: values.to_vec(), ..Self::new(shape, Init::zeros(), Keeping::No) }
    }
}

impl Value {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn tuple(values: impl IntoIterator<Item = Value>) -> Self {
        Self::Tuple(values.into_iter().collect())
    }

    pub(super) fn list(values: Vec<Value>) -> Self {
        Self::List(Rc::new(RefCell::new(values)))
    }

    pub(super) fn tensor(id: NodeId) -> Self {
        Self::Tensor(Rc::new(Cell::new(id)))
    }

    /// A shape as Python sees it.
    pub(super) fn lengths(shape: &Shape) -> Self {
        Self::tuple(shape.dims().iter().map(|&length| Self::Int(length as i64)))
    }

    /// Modules, parameters and buffers are counted apart from all others.
    fn rank(&self) -> u8 {
        match self {
            Self::Object(object) if object.is_module() => 1,
            Self::Stored(stored) if stored.keeping == Keeping::Parameter => 2,
            Self::Stored(stored) if stored.keeping == Keeping::Buffer => 3,
            _ => 0,
        }
    }

    /// What it is, for an error.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Ellipsis => "`...`",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::Tuple(_) => "a tuple",
            Self::List(_) => "a list",
            Self::Dict(_) => "a dict",
            Self::Range(_) => "a range",
            Self::Slice(_) => "a slice",
            Self::Class(_) | Self::Layer(_) | Self::Container(_) => "a class",
            Self::Object(object) if object.is_module() => "a module",
            Self::Object(_) | Self::Super(..) => "an object",
            Self::Tensor(_) | Self::Stored(_) => "a tensor",
            Self::Namespace(_) => "a Python module",
            Self::Function(_) | Self::Bound(..) | Self::Known(_) | Self::Operation(_) | Self::LayerFunction(_) => {
                "a function"
            }
            Self::Method(_) | Self::Partial(_) => "a function",
            Self::Foreign(_) => "something from outside the network",
        }
    }

    /// Python's `==`; `None` where that cannot be known.
    pub(super) fn equals(&self, other: &Value) -> Option<bool> {
        self.equals_to(other, 10)
    }

    /// The same, for lists in lists down to this depth: one may hold itself.
    fn equals_to(&self, other: &Value, depth: usize) -> Option<bool> {
        let all = |a: &[Value], b: &[Value]| {
            if a.len() != b.len() {
                return Some(false);
            }
            let depth = depth.checked_sub(1)?;
            a.iter().zip(b).try_fold(true, |same, (a, b)| Some(same && a.equals_to(b, depth)?))
        };
        Some(match (self, other) {
            (a, b) if a.is(b) => true,
            (Self::Foreign(_) | Self::Tensor(_) | Self::Stored(_), _) => return None,
            (_, Self::Foreign(_) | Self::Tensor(_) | Self::Stored(_)) => return None,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => return all(a, b),
            (Self::List(a), Self::List(b)) => return all(&a.borrow(), &b.borrow()),
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => a == b,
                _ => a.is(b),
            },
        })
    }

    /// Python's `is`.
    pub(super) fn is(&self, other: &Value) -> bool {
        match (self, other) {
            (Self::None, Self::None) | (Self::Ellipsis, Self::Ellipsis) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => Rc::ptr_eq(a, b),
            (Self::Dict(a), Self::Dict(b)) => Rc::ptr_eq(a, b),
            (Self::Function(a), Self::Function(b)) => Rc::ptr_eq(a, b),
            (Self::Class(a), Self::Class(b)) => Rc::ptr_eq(a, b),
            (Self::Layer(a), Self::Layer(b)) => a.name == b.name,
            (Self::Container(a), Self::Container(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            (Self::Tensor(a), Self::Tensor(b)) => Rc::ptr_eq(a, b),
            (Self::Stored(a), Self::Stored(b)) => Rc::ptr_eq(a, b),
            (Self::Known(a), Self::Known(b)) => a == b,
            (Self::Operation(a), Self::Operation(b)) => a.name == b.name,
            (Self::LayerFunction(a), Self::LayerFunction(b)) => a.name == b.name,
            _ => false,
        }
    }

    /// As a number: truth values are 0 and 1, as in Python.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// As a whole number.
    pub(super) fn int(&self) -> Option<i64> {
        match self {
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether values lie within one another no deeper than this, and no more than `left` of them: whoever frees a deep one needs
    /// much stack.
    pub(super) fn is_shallow(&self, depth: usize, left: &mut usize) -> bool {
        let mut all = |values: &mut dyn Iterator<Item = &Value>| match (depth.checked_sub(1), left.checked_sub(1)) {
            (Some(depth), Some(fewer)) => {
                *left = fewer;
                for value in values {
                    if !value.is_shallow(depth, left) {
                        return false;
                    }
                }
                true
            }
            _ => false,
        };
        match self {
            Self::Tuple(values) => all(&mut values.iter()),
            Self::List(values) => all(&mut values.borrow().iter()),
            Self::Dict(pairs) => all(&mut pairs.borrow().iter().flat_map(|(key, value)| [key, value])),
            Self::Function(function) => all(&mut function.defaults.iter().flatten()),
            Self::Partial(partial) => {
                let Partial { callee, positional, keywords } = &**partial;
                all(&mut [callee].into_iter().chain(positional).chain(keywords.iter().map(|(_, value)| value)))
            }
            _ => true,
        }
    }
}

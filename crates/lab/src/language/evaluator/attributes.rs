//! `value.name`, and what may be called on a value.

use std::rc::Rc;

use super::super::arguments::Given;
use super::super::syntax::{FunctionKind, Name};
use super::super::value::{Class, Container, Keeping, Object, ObjectKind, Value};
use super::super::{Place, error, functions, library, nearest};
use super::{Evaluator, Result};

/// What modules can do, as far as networks need it.
pub(super) const MODULE: &[&str] = &[
    "parameters",
    "named_parameters",
    "modules",
    "named_modules",
    "children",
    "named_children",
    "buffers",
    "apply",
    "add_module",
    "register_module",
    "register_parameter",
    "register_buffer",
    "train",
    "eval",
    "to",
    "cuda",
    "cpu",
    "float",
    "requires_grad_",
    "forward",
    "__init__",
    "state_dict",
    "load_state_dict",
    "zero_grad",
    "get_submodule",
];
const LIST: &[&str] = &["append", "extend", "insert"];
const DICT: &[&str] = &["keys", "values", "items", "update", "get", "pop", "setdefault"];

/// What can be called on a value of Python's.
fn methods(value: &Value) -> &'static [&'static str] {
    match value {
        Value::List(_) => &["append", "extend", "insert", "pop", "reverse", "copy", "index", "count"],
        Value::Tuple(_) => &["index", "count"],
        Value::Dict(_) => DICT,
        Value::Text(_) => &["format", "join", "lower", "upper", "split", "startswith", "endswith", "replace", "strip"],
        Value::Stored(_) => &[
            "normal_",
            "uniform_",
            "fill_",
            "zero_",
            "copy_",
            "size",
            "numel",
            "dim",
            "clone",
            "view",
            "reshape",
            "to",
            "float",
            "unsqueeze",
            "requires_grad_",
            "detach",
        ],
        _ => &[],
    }
}

impl Evaluator<'_, '_> {
    pub(super) fn attribute(&mut self, value: &Value, name: &Name, place: Place) -> Result<Value> {
        let method = || Value::Method(Rc::new((value.clone(), name.clone())));
        match value {
            Value::Foreign(of) if self.is_strict() => {
                Err(error(place, format!("`{of}` is not something that a network is read with")))
            }
            Value::Foreign(of) => Ok(Value::Foreign(format!("{of}.{name}").into())),
            Value::Namespace(path) => library::member(path, name, self.is_strict(), place),
            Value::Object(object) => self.object_attribute(object, name, place),
            Value::Super(object, class) => self.super_attribute(object, class.as_ref(), name, place),
            Value::Class(class) => match (class.find(name), &**name) {
                (Some((value, _)), _) => Ok(value),
                (None, "__name__" | "__qualname__") => Ok(Value::Text(class.name.clone())),
                // `nn.Module.__init__(self)`, by way of a class of the text.
                (None, "__init__") => Ok(Value::Container(class.root)),
                (None, _) => Err(error(place, format!("class `{}` has no `{name}`", class.name))),
            },
            Value::Container(_) if &**name == "__init__" => Ok(Value::Known("__init__")),
            Value::Layer(layer) if &**name == "__name__" => Ok(Value::text(layer.name)),
            Value::Tensor(_) | Value::Stored(_) => self.tensor_attribute(value, name, place),
            // What `max` along an axis gives.
            Value::Tuple(values) if values.len() == 2 && matches!(&**name, "values" | "indices") => {
                Ok(values[usize::from(&**name == "indices")].clone())
            }
            _ if methods(value).contains(&&**name) => Ok(method()),
            _ => Err(error(place, format!("{} has no `{name}`", value.kind()))),
        }
    }

    fn object_attribute(&mut self, object: &Rc<Object>, name: &Name, place: Place) -> Result<Value> {
        self.spend((object.attributes.borrow().len() + self.kept.len()) / 32, place)?;
        let kept = self.kept.iter().find(|(of, known, _)| Rc::ptr_eq(of, object) && known == name);
        if let Some(value) = kept.map(|(.., value)| value.clone()).or_else(|| object.get(name)) {
            return Ok(value);
        }
        let method = || Ok(Value::Method(Rc::new((Value::Object(object.clone()), name.clone()))));
        let class = match &object.kind {
            ObjectKind::Class(class) => Some(class),
            _ => None,
        };
        if let Some((value, owner)) = class.and_then(|class| class.find(name)) {
            return self.member(object, value, &owner, place);
        }
        if let Some(layer) = object.layer.get() {
            if let Some((_, value)) = layer.arguments.iter().find(|(known, _)| *known == &**name) {
                // A bias that there is not.
                return Ok(if &**name == "bias" { Value::None } else { value.clone() });
            }
            if &**name == "weight" {
                return Ok(Value::None);
            }
        }
        match &**name {
            "training" => match &self.scope {
                Some(scope) => return Ok(Value::Bool(scope.mode() == chalkgrad::nn::Mode::Train)),
                None => return Ok(Value::Bool(true)),
            },
            "__class__" => return Ok(class_of(object)),
            "_modules" => {
                let pairs = self.pairs(&Value::Object(object.clone()), place)?;
                return Ok(Value::Dict(Rc::new(pairs.into())));
            }
            "device" | "dtype" => return Ok(Value::Foreign(name.clone())),
            _ => {}
        }
        let is_list = matches!(object.container(), Container::Sequential | Container::List);
        let is_dict = object.container() == Container::Dict;
        let known = |names: &[&str]| names.contains(&&**name);
        if object.is_module() && known(MODULE) || is_list && known(LIST) || is_dict && known(DICT) {
            return method();
        }
        let attributes: Vec<Name> = object.attributes.borrow().iter().map(|(name, _)| name.clone()).collect();
        let hint = nearest(name, attributes.iter().map(|known| &**known).chain(MODULE.iter().copied()));
        let hint = hint.map_or(String::new(), |hint| format!("; did you mean `{hint}`?"));
        Err(error(place, format!("`{}` has no attribute `{name}`{hint}", object.name())))
    }

    /// A member of a class, seen from an instance.
    fn member(&mut self, object: &Rc<Object>, value: Value, owner: &Rc<Class>, place: Place) -> Result<Value> {
        let Value::Function(function) = value else { return Ok(value) };
        match function.definition.kind {
            FunctionKind::Property => {
                let given = Given::none(place).with_first(Value::Object(object.clone()));
                self.call_function(&function, given, Some(owner), Some(object))
            }
            FunctionKind::Static => Ok(Value::Function(function)),
            _ => Ok(Value::Bound(object.clone(), function, owner.clone())),
        }
    }

    fn super_attribute(
        &mut self,
        object: &Rc<Object>,
        class: Option<&Rc<Class>>,
        name: &Name,
        place: Place,
    ) -> Result<Value> {
        if let Some((value, owner)) = class.and_then(|class| class.find(name)) {
            return self.member(object, value, &owner, place);
        }
        match &**name {
            // PyTorch's own: a class of the text may have another of that name.
            name if MODULE.contains(&name) || LIST.contains(&name) => {
                let seen = Value::Super(object.clone(), None);
                Ok(Value::Method(Rc::new((seen, name.into()))))
            }
            _ => Err(error(place, format!("no class above `{}` has a `{name}`", object.name()))),
        }
    }

    fn tensor_attribute(&mut self, value: &Value, name: &Name, place: Place) -> Result<Value> {
        let shape = match value {
            Value::Stored(stored) => stored.shape.clone(),
            _ => self.tensor(value, place)?.shape(),
        };
        match &**name {
            "shape" => return Ok(Value::lengths(&shape)),
            "ndim" => return Ok(Value::Int(shape.rank() as i64)),
            "data" => return Ok(value.clone()),
            "device" | "dtype" | "grad" | "requires_grad" => return Ok(Value::Foreign(name.clone())),
            "T" | "mT" => {
                let tensor = self.tensor(value, place)?;
                self.pass(place)?;
                let rank = shape.rank();
                return match rank {
                    0 | 1 => Ok(value.clone()),
                    rank => self.made(tensor.transpose(rank - 2, rank - 1), place),
                };
            }
            _ => {}
        }
        let method = Value::Method(Rc::new((value.clone(), name.clone())));
        let is_own = matches!(value, Value::Stored(_)) && methods(value).contains(&&**name);
        if is_own || functions::method(name).is_some() {
            return Ok(method);
        }
        let hint = nearest(name, functions::method_names());
        let hint = hint.map_or(String::new(), |hint| format!("; did you mean `{hint}`?"));
        Err(error(place, format!("a tensor has no `{name}` here{hint}")))
    }

    /// `of.name = value`
    pub(super) fn set_attribute(&mut self, of: &Value, name: &Name, value: Value, place: Place) -> Result<()> {
        let object = match of {
            Value::Object(object) => object,
            Value::Stored(_) if &**name == "requires_grad" => {
                return Err(self.frozen(place));
            }
            Value::Foreign(_) | Value::Tensor(_) | Value::Stored(_) if !self.is_strict() => return Ok(()),
            Value::Stored(_) if &**name == "data" => {
                return Err(error(place, "a parameter's numbers are set with nn.init, such as nn.init.normal_"));
            }
            other => return Err(error(place, format!("{} takes no attributes", other.kind()))),
        };
        let is_kept = matches!(&value, Value::Object(child) if child.is_module())
            || matches!(&value, Value::Stored(stored) if stored.keeping == Keeping::Parameter);
        if is_kept && matches!(object.kind, ObjectKind::Class(_)) && object.is_module() && !object.is_initialized.get()
        {
            return Err(error(place, "`super().__init__()` comes first, before modules and parameters"));
        }
        self.spend(object.attributes.borrow().len() / 32, place)?;
        if &**name == "training" {
            return Ok(());
        }
        if self.scope.is_some() && object.is_module() {
            return match value {
                Value::Object(_) => Err(error(place, "modules are made in `__init__`, not while the network runs")),
                value => {
                    // The module stays as it is: another pass finds it so.
                    self.kept.insert(0, (object.clone(), name.clone(), value));
                    Ok(())
                }
            };
        }
        let is_tensor = matches!(&value, Value::Stored(stored) if stored.keeping == Keeping::Parameter);
        if let (Some(Value::Stored(old)), Value::Stored(new), true) = (object.get(name), &value, is_tensor)
            && object.layer.get().is_some()
            && old.shape != new.shape
        {
            let rule = format!("`{name}` has the shape {}, and this one has {}", old.shape, new.shape);
            return Err(error(place, rule));
        }
        object.set(name, value);
        Ok(())
    }
}

/// The class of an object, as `type` gives it.
pub(super) fn class_of(object: &Object) -> Value {
    match &object.kind {
        ObjectKind::Container(Container::Layer(layer)) => Value::Layer(layer),
        ObjectKind::Container(container) => Value::Container(*container),
        ObjectKind::Class(class) => Value::Class(class.clone()),
    }
}

//! What is called on a value by its name: on modules, on tensors, and on tensors that no graph has yet.

use std::rc::Rc;

use chalkgrad::Shape;
use chalkgrad::nn::{Fan, Init, Nonlinearity};

use super::super::arguments::{Arguments, Given};
use super::super::functions;
use super::super::syntax::Name;
use super::super::value::{Keeping, Object, Stored, Value};
use super::super::{Failure, Place, error};
use super::{Evaluator, Result};

/// Gains by the name of what follows.
const GAINS: &[(&str, Nonlinearity)] = &[
    ("linear", Nonlinearity::Linear),
    ("conv2d", Nonlinearity::Linear),
    ("sigmoid", Nonlinearity::Sigmoid),
    ("tanh", Nonlinearity::Tanh),
    ("relu", Nonlinearity::ReLU),
    ("leaky_relu", Nonlinearity::LeakyReLU),
    ("selu", Nonlinearity::SELU),
];

impl Evaluator<'_, '_> {
    pub(super) fn call_method(&mut self, of: &Value, name: &Name, given: Given) -> Result<Value> {
        let place = given.place;
        match of {
            Value::Object(object) => self.call_module(object, name, given),
            Value::Super(object, _) if &**name == "__init__" => {
                self.initialize_container(object, given).map(|()| Value::None)
            }
            Value::Super(object, _) if &**name == "forward" => self.call_inherited(object, given),
            Value::Super(object, _) => self.call_module(object, name, given),
            Value::Stored(stored) if self.scope.is_none() => self.call_stored(stored, name, given),
            Value::Tensor(_) | Value::Stored(_) => self.call_tensor(of, name, given),
            Value::Foreign(_) => Ok(of.clone()),
            Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Text(_) => self.call_collection(of, name, given),
            other => Err(error(place, format!("{} has no `{name}`", other.kind()))),
        }
    }

    /// A function of tensors; with an underscore behind its name it writes into the tensor.
    fn call_tensor(&mut self, of: &Value, name: &str, given: Given) -> Result<Value> {
        let place = given.place;
        let Some(function) = functions::method(name) else {
            return Err(error(place, format!("a tensor has no `{name}` here")));
        };
        let value = self.call(&function, given.with_first(of.clone()))?;
        match (of, &value) {
            (Value::Tensor(cell), Value::Tensor(new)) if name.ends_with('_') => {
                cell.set(new.get());
                Ok(of.clone())
            }
            _ => Ok(value),
        }
    }

    /// `nn.Parameter(…)`
    pub(super) fn parameter(&mut self, given: Given) -> Result<Value> {
        let arguments = Arguments::bind("nn.Parameter".into(), "data, requires_grad=True", given)?;
        let (data, place) = arguments.get("data");
        let Value::Stored(stored) = data else {
            let rule = format!("nn.Parameter takes a tensor, such as torch.zeros(3), and this is {}", data.kind());
            return Err(error(place, rule));
        };
        if !arguments.flag("requires_grad")? {
            return Err(
                arguments.error("a parameter that does not learn is a buffer: `self.register_buffer(name, tensor)`")
            );
        }
        self.keep(stored, Keeping::Parameter, place).map(Value::Stored)
    }

    /// Numbers as a parameter or a buffer.
    fn keep(&mut self, stored: &Rc<Stored>, keeping: Keeping, place: Place) -> Result<Rc<Stored>> {
        if !stored.listed.is_empty() {
            let rule = "parameters and buffers begin with one number everywhere or with random ones, not with a list";
            return Err(error(place, rule));
        }
        let kept = Stored::new(stored.shape.clone(), stored.init.get(), keeping);
        kept.is_chosen.set(true);
        Ok(Rc::new(kept))
    }

    /// A tensor that no graph has: how it begins, and how large it is.
    fn call_stored(&mut self, stored: &Rc<Stored>, name: &str, given: Given) -> Result<Value> {
        let (place, of) = (given.place, Value::Stored(stored.clone()));
        let bind = |signature: &'static str| Arguments::bind(name.into(), signature, given);
        let init = match name {
            "normal_" => {
                let arguments = bind("mean=0.0, std=1.0")?;
                Init::normal(arguments.number("mean")?, arguments.number("std")?)
            }
            "uniform_" => {
                let arguments = bind("a=0.0, b=1.0")?;
                Init::uniform(arguments.number("a")?, arguments.number("b")?)
            }
            "fill_" => Init::constant(bind("value")?.number("value")?),
            "zero_" => Init::zeros(),
            "copy_" => match bind("source")?.get("source").0 {
                Value::Stored(source) if source.shape == stored.shape && source.listed.is_empty() => source.init.get(),
                _ => return Err(error(place, "`copy_` takes a tensor of the same shape, such as torch.zeros(3)")),
            },
            "clone" | "to" | "float" | "detach" | "requires_grad_" => return Ok(of),
            "dim" => return Ok(Value::Int(stored.shape.rank() as i64)),
            "numel" => return Ok(Value::Int(stored.shape.elements() as i64)),
            "size" => {
                let lengths = Value::lengths(&stored.shape);
                let arguments = bind("dim=None")?;
                return if arguments.given("dim") {
                    self.item(&lengths, arguments.get("dim").0, place)
                } else {
                    Ok(lengths)
                };
            }
            "view" | "reshape" | "unsqueeze" => return self.reshape_stored(stored, name, &bind("*shape")?),
            _ => return Err(error(place, format!("`{name}` computes with tensors, which only a forward pass does"))),
        };
        self.begin(stored, init, place)?;
        Ok(of)
    }

    /// Numbers in another shape, before any graph.
    fn reshape_stored(&mut self, stored: &Stored, name: &str, arguments: &Arguments) -> Result<Value> {
        let must = || arguments.error(format!("`{name}` cannot make this shape of {}", stored.shape));
        let sizes = self.wholes(arguments, "shape")?;
        let elements = stored.shape.elements();
        let shape: Shape = if name == "unsqueeze" {
            let mut dims = stored.shape.dims().to_vec();
            let at = sizes.first().map_or(0, |&at| if at < 0 { at + dims.len() as isize + 1 } else { at });
            let at = usize::try_from(at).ok().filter(|&at| at <= dims.len()).ok_or_else(must)?;
            dims.insert(at, 1);
            dims.into()
        } else {
            let known = sizes.iter().filter(|&&size| size > 0).product::<isize>().unsigned_abs().max(1);
            sizes.iter().map(|&size| usize::try_from(size).unwrap_or(elements / known)).collect::<Vec<_>>().into()
        };
        if shape.elements() != elements || stored.keeping != Keeping::No {
            return Err(must());
        }
        let mut other = Stored::new(shape, stored.init.get(), Keeping::No);
        other.listed = stored.listed.clone();
        Ok(Value::Stored(Rc::new(other)))
    }

    /// How a parameter begins.
    fn begin(&mut self, stored: &Stored, init: Init, place: Place) -> Result<()> {
        self.spend(1, place)?;
        stored.init.set(init);
        stored.is_chosen.set(true);
        Ok(())
    }

    /// `nn.init.kaiming_normal_(weight, …)`
    pub(super) fn initialize(&mut self, name: &str, signature: &'static str, given: Given) -> Result<Value> {
        let arguments = Arguments::bind(format!("nn.{name}"), signature, given)?;
        let number = |name: &str| arguments.number(name);
        if name == "init.calculate_gain" {
            return Ok(Value::Float(nonlinearity(&arguments)?.gain(arguments.optional_number("param")?)));
        }
        let init = match name {
            "init.uniform_" => Init::uniform(number("a")?, number("b")?),
            "init.normal_" => Init::normal(number("mean")?, number("std")?),
            "init.trunc_normal_" => Init::trunc_normal(number("mean")?, number("std")?, number("a")?, number("b")?),
            "init.constant_" => Init::constant(number("val")?),
            "init.ones_" => Init::ones(),
            "init.zeros_" => Init::zeros(),
            "init.eye_" => Init::eye(),
            "init.dirac_" => Init::dirac(arguments.count("groups")?),
            "init.xavier_uniform_" => Init::xavier_uniform(number("gain")?),
            "init.xavier_normal_" => Init::xavier_normal(number("gain")?),
            "init.orthogonal_" => Init::orthogonal(number("gain")?),
            "init.sparse_" => Init::sparse(number("sparsity")?, number("std")?),
            _ => {
                let mode = if arguments.word("mode", &["fan_in", "fan_out"])? == "fan_in" { Fan::In } else { Fan::Out };
                let (a, nonlinearity) = (number("a")?, nonlinearity(&arguments)?);
                match name {
                    "init.kaiming_uniform_" => Init::kaiming_uniform(a, mode, nonlinearity),
                    _ => Init::kaiming_normal(a, mode, nonlinearity),
                }
            }
        };
        let (tensor, place) = arguments.get("tensor");
        let Value::Stored(stored) = tensor else {
            return Err(error(place, format!("nn.{name} takes a parameter, and this is {}", tensor.kind())));
        };
        // A shape without a fan, say: PyTorch says so here too.
        if stored.shape.elements() <= 4096 {
            init.values(&stored.shape, &chalkgrad::random::Stream::new(0, 0))
                .map_err(|refused| error(place, refused.to_string()))?;
        }
        self.begin(stored, init, arguments.place)?;
        Ok(tensor.clone())
    }

    /// What modules can do.
    fn call_module(&mut self, object: &Rc<Object>, name: &Name, given: Given) -> Result<Value> {
        let place = given.place;
        let first = given.positional.first().map(|(value, _)| value.clone());
        let second = given.positional.get(1).map(|(value, _)| value.clone());
        Ok(match (&**name, first, second) {
            ("requires_grad_", Some(Value::Bool(false)), _) => return Err(self.frozen(place)),
            ("train" | "eval" | "to" | "cuda" | "cpu" | "float" | "requires_grad_", ..) => {
                Value::Object(object.clone())
            }
            ("state_dict" | "load_state_dict" | "zero_grad", ..) => Value::Foreign(name.clone()),
            ("__init__", ..) => self.initialize_container(object, given).map(|()| Value::None)?,
            ("forward", ..) => self.call_inherited(object, given)?,
            ("children" | "named_children" | "modules" | "named_modules", ..) => self.walk(object, name, place)?,
            ("parameters" | "named_parameters" | "buffers", ..) => self.list_stored(object, name, place)?,
            ("apply", Some(function), _) => {
                // Children before their parents, as in PyTorch.
                for (_, module) in self.tree(object, place)?.into_iter().rev() {
                    self.call(&function, Given::none(place).with_first(Value::Object(module)))?;
                }
                Value::Object(object.clone())
            }
            ("add_module" | "register_module", Some(Value::Text(name)), Some(module)) => {
                self.add_child(object, &name, module, place).map(|()| Value::None)?
            }
            ("register_parameter" | "register_buffer", Some(Value::Text(_)), _) => {
                self.register(object, name, given)?
            }
            ("append", Some(child), _) => self.append(object, child, place).map(|()| Value::Object(object.clone()))?,
            ("extend", Some(children), _) => {
                self.extend(object, &children, place).map(|()| Value::Object(object.clone()))?
            }
            ("insert", Some(at), Some(child)) => self.insert(object, &at, child, place)?,
            ("get_submodule", Some(Value::Text(path)), _) => {
                let mut found = Value::Object(object.clone());
                for name in path.split('.').filter(|name| !name.is_empty()) {
                    found = self.attribute(&found, &name.into(), place)?;
                }
                found
            }
            _ if object.is_module() => {
                let values: Vec<Value> = given.positional.into_iter().map(|(value, _)| value).collect();
                return self.call_dict(&Value::Object(object.clone()), name, &values, place);
            }
            _ => return Err(error(place, format!("`{name}` is not read with these arguments"))),
        })
    }

    /// Modules below another, with their names or without.
    fn walk(&mut self, object: &Rc<Object>, name: &str, place: Place) -> Result<Value> {
        let found = if name.ends_with("children") { object.children() } else { self.tree(object, place)? };
        let item = |(path, module): (Name, Rc<Object>)| match name.starts_with("named") {
            true => Value::tuple([Value::Text(path), Value::Object(module)]),
            false => Value::Object(module),
        };
        Ok(Value::list(found.into_iter().map(item).collect()))
    }

    /// Parameters or buffers of a module and of all below it, each once.
    fn list_stored(&mut self, object: &Rc<Object>, name: &str, place: Place) -> Result<Value> {
        let keeping = if name == "buffers" { Keeping::Buffer } else { Keeping::Parameter };
        let mut all: Vec<(Name, Rc<Stored>)> = Vec::new();
        for (path, module) in self.tree(object, place)? {
            for (name, stored) in module.stored(keeping) {
                if !all.iter().any(|(_, known)| Rc::ptr_eq(known, &stored)) {
                    let name = if path.is_empty() { name } else { format!("{path}.{name}").into() };
                    all.push((name, stored));
                }
            }
            self.spend(all.len() / 4, place)?;
        }
        let item = |(path, stored): (Name, Rc<Stored>)| match name {
            "named_parameters" => Value::tuple([Value::Text(path), Value::Stored(stored)]),
            _ => Value::Stored(stored),
        };
        Ok(Value::list(all.into_iter().map(item).collect()))
    }

    /// What does not learn is chosen beside the text; to pass it over in silence would be another training.
    pub(super) fn frozen(&mut self, place: Place) -> Failure {
        self.failed_to_build = true;
        error(place, "frozen parameters are not part of a network's text: all of them learn")
    }

    fn register(&mut self, object: &Rc<Object>, name: &str, given: Given) -> Result<Value> {
        let arguments = Arguments::bind(name.into(), "name, tensor, persistent=True", given)?;
        let keeping = if name == "register_buffer" { Keeping::Buffer } else { Keeping::Parameter };
        let Value::Text(key) = arguments.get("name").0.clone() else {
            return Err(arguments.error(format!("`{name}` takes a name and a tensor")));
        };
        let value = match arguments.get("tensor") {
            (Value::Stored(stored), _) if stored.keeping == keeping => Value::Stored(stored.clone()),
            // What is not saved is a tensor like any other.
            (Value::Stored(stored), _) if !arguments.flag("persistent")? => Value::Stored(stored.clone()),
            (Value::Stored(stored), place) => Value::Stored(self.keep(stored, keeping, place)?),
            (Value::None, _) => Value::None,
            (other, place) => {
                return Err(error(place, format!("`{name}` takes a tensor, and this is {}", other.kind())));
            }
        };
        object.set(&key, value);
        Ok(Value::None)
    }

    fn insert(&mut self, object: &Rc<Object>, at: &Value, child: Value, place: Place) -> Result<Value> {
        let mut children: Vec<Value> = object.children().into_iter().map(|(_, child)| Value::Object(child)).collect();
        let at = usize::try_from(at.int().unwrap_or(0)).unwrap_or(0).min(children.len());
        children.insert(at, child);
        object.attributes.borrow_mut().retain(|(_, value)| !matches!(value, Value::Object(_)));
        for child in children {
            self.append(object, child, place)?;
        }
        Ok(Value::Object(object.clone()))
    }

    /// A module and all below it, each once, with paths.
    fn tree(&mut self, object: &Rc<Object>, place: Place) -> Result<Vec<(Name, Rc<Object>)>> {
        let tree = super::super::tree::modules(object);
        self.spend(tree.len(), place)?;
        Ok(tree)
    }
}

fn nonlinearity(arguments: &Arguments) -> Result<Nonlinearity, Failure> {
    let words: Vec<&'static str> = GAINS.iter().map(|(name, _)| *name).collect();
    let word = arguments.word("nonlinearity", &words)?;
    let known = GAINS.iter().find(|(name, _)| *name == word);
    Ok(known.map_or(Nonlinearity::Linear, |(_, nonlinearity)| *nonlinearity))
}

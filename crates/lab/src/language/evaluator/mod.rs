//! Reads statements and expressions: a small, total interpreter. Every loop has a bound, every step is counted, and nothing is
//! reached but what a network is made of. Without a scope it builds modules, with one it makes a graph of their forward passes.

mod attributes;
mod builtins;
mod calls;
mod collections;
mod expressions;
mod methods;
mod modules;
mod operators;
mod statements;

use std::rc::Rc;

use chalkgrad::nn::Scope;
use chalkgrad::{NodeId, Tensor};

use super::syntax::Name;
use super::value::{Class, Environment, Object, Value};
use super::{Failure, Place, error};

pub(super) use statements::Flow;

pub(super) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Steps of building a network, and of one forward pass.
const STEPS: u32 = 100_000;
/// Deepest nesting of calls and expressions at work.
const DEEPEST: u16 = 220;
/// Longest list, and longest text.
pub(super) const LONGEST: usize = 10_000;
/// Deepest nesting of lists in lists, and most of them in one.
const DEEPEST_VALUE: usize = 40;
const NESTED: usize = 20_000;
/// Most modules of one text.
const MODULES: usize = 1_000;

/// The names that are in sight, and the class whose function is at work.
pub(super) struct Frame {
    pub(super) environment: Rc<Environment>,
    pub(super) class: Option<Rc<Class>>,
    pub(super) receiver: Option<Rc<Object>>,
}

/// Everything that may be part of a circle of references, which ends when this does.
#[derive(Default)]
pub(super) struct Heap {
    environments: Vec<Rc<Environment>>,
    objects: Vec<Rc<Object>>,
}

impl Drop for Heap {
    fn drop(&mut self) {
        for environment in &self.environments {
            drop(environment.values.take());
        }
        for object in &self.objects {
            drop(object.attributes.take());
        }
    }
}

pub(super) struct Evaluator<'s, 'g> {
    /// Where a forward pass stands; `None` while modules are built.
    pub(super) scope: Option<Scope<'s, 'g>>,
    pub(super) heap: Heap,
    /// What a pass gave to attributes, the latest first.
    kept: Vec<(Rc<Object>, Name, Value)>,
    steps: u32,
    depth: u16,
    /// The functions at work, and where they were called.
    calls: Vec<(Name, Place)>,
    /// Where a function returned last.
    pub(super) returned: Option<Place>,
    /// How many modules' `__init__` are at work.
    building: u16,
    /// How many functions `forward` are at work.
    passes: u16,
    /// Whether an error came from building a module.
    pub(super) failed_to_build: bool,
    /// The first name that nothing is known of.
    pub(super) first_unknown: Option<Failure>,
}

impl<'s, 'g> Evaluator<'s, 'g> {
    pub(super) fn new(scope: Option<Scope<'s, 'g>>) -> Self {
        Self {
            scope,
            heap: Heap::default(),
            kept: Vec::new(),
            steps: STEPS,
            depth: 0,
            calls: Vec::new(),
            returned: None,
            building: 0,
            passes: 0,
            failed_to_build: false,
            first_unknown: None,
        }
    }

    /// An environment that ends with this evaluator's heap.
    pub(super) fn environment(&mut self, outer: Option<&Rc<Environment>>) -> Rc<Environment> {
        let environment = outer.map_or_else(Rc::default, Environment::inside);
        self.heap.environments.push(environment.clone());
        environment
    }

    /// Whether only what a network is made of may be used: in a forward pass, and while a module is built.
    fn is_strict(&self) -> bool {
        self.scope.is_some() || self.building > 0
    }

    /// Counts so many steps.
    pub(super) fn spend(&mut self, steps: usize, place: Place) -> Result<()> {
        match u32::try_from(steps).ok().and_then(|steps| self.steps.checked_sub(steps)) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(error(place, format!("this takes more than {STEPS} steps: a network is not that large"))),
        }
    }

    /// Runs `work` one level deeper.
    fn deeper<T>(&mut self, place: Place, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.spend(1, place)?;
        if self.depth >= DEEPEST {
            let (name, place) = self.calls.last().cloned().unwrap_or_else(|| ("this".into(), place));
            return Err(error(place, format!("`{name}` calls itself without end, or others too deeply")));
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// Refuses what is longer than lists and texts are in networks.
    fn limit(&self, length: usize, place: Place) -> Result<()> {
        match length > LONGEST {
            true => Err(error(
                place,
                format!("a list or range of {length} is longer than any of a network: {LONGEST} are read at most"),
            )),
            false => Ok(()),
        }
    }

    /// The same, and counts the steps that it takes to write so much.
    fn check_length(&mut self, length: usize, place: Place) -> Result<()> {
        self.limit(length, place)?;
        self.spend(length / 8, place)
    }

    /// Refuses lists in lists in lists without end.
    fn shallow(&mut self, value: Value, place: Place) -> Result<Value> {
        let mut left = NESTED;
        let is_shallow = value.is_shallow(DEEPEST_VALUE, &mut left);
        self.spend((NESTED - left) / 8, place)?;
        if is_shallow {
            Ok(value)
        } else {
            Err(error(place, "lists are nested too deeply, or too many in one another"))
        }
    }

    /// The same for what has just been put into another: it may hold that other.
    fn check_holder(&mut self, holder: &Value, value: &Value, place: Place) -> Result<()> {
        let holds =
            matches!(value, Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Function(_) | Value::Partial(_));
        if !holds {
            return Ok(());
        }
        let checked = self.shallow(holder.clone(), place);
        if checked.is_err() {
            // A circle of references would never be freed.
            match holder {
                Value::List(values) => values.borrow_mut().clear(),
                Value::Dict(pairs) => pairs.borrow_mut().clear(),
                _ => {}
            }
        }
        checked.map(drop)
    }

    /// The handle of a node.
    pub(super) fn node(&self, id: NodeId, place: Place) -> Result<Tensor<'g>> {
        let tensor = self.scope.as_ref().and_then(|scope| scope.graph().tensor(id));
        tensor.ok_or_else(|| error(place, "this tensor is of another forward pass"))
    }

    /// The scope of the forward pass, from now on at this place of the text.
    pub(super) fn pass(&self, place: Place) -> Result<&Scope<'s, 'g>> {
        let Some(scope) = &self.scope else {
            return Err(error(place, "this computes with tensors, which only a forward pass does"));
        };
        scope.set_place(Some([place.line, place.column]));
        Ok(scope)
    }

    /// Runs a function of tensors as one part of the network.
    fn called<R>(&mut self, name: &str, run: impl FnOnce(&mut Self) -> R) -> R {
        match self.scope.clone() {
            Some(scope) => scope.function(name, || run(self)),
            None => run(self),
        }
    }

    /// A value as a tensor of the graph.
    pub(super) fn tensor(&self, value: &Value, place: Place) -> Result<Tensor<'g>> {
        match value {
            Value::Tensor(cell) => self.node(cell.get(), place),
            Value::Stored(stored) => self.stored(stored, place),
            other => Err(error(place, format!("a tensor is expected here, not {}", other.kind()))),
        }
    }

    /// What came of tensors, unless their shapes did not fit.
    pub(super) fn made(&mut self, tensor: Tensor<'g>, place: Place) -> Result<Value> {
        self.spend(10, place)?;
        self.check_graph(place)?;
        Ok(Value::tensor(tensor.id()))
    }

    /// Stops where the graph has refused something; it knows what.
    fn check_graph(&self, place: Place) -> Result<()> {
        match self.scope.as_ref().map(|scope| scope.graph().check()) {
            Some(Err(refused)) => Err(error(place, refused.to_string())),
            _ => Ok(()),
        }
    }

    /// A name, from the inside out.
    fn lookup(&mut self, frame: &Frame, name: &Name, place: Place) -> Result<Value> {
        self.spend(frame.environment.size() / 32, place)?;
        if let Some(value) = frame.environment.get(name).or_else(|| super::library::builtin(name)) {
            return Ok(value);
        }
        if let Some(sentence) = super::library::forbidden(name) {
            return Err(error(place, sentence));
        }
        let mut known: Vec<Name> = Vec::new();
        let mut environment = Some(&frame.environment);
        while let Some(inner) = environment {
            known.extend(inner.values.borrow().iter().map(|(name, _)| name.clone()));
            environment = inner.outer.as_ref();
        }
        self.spend(known.len() * 4, place)?;
        let nearest = super::nearest(name, known.iter().map(|name| &**name));
        let hint = nearest.map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"));
        let unknown = error(place, format!("there is no `{name}` here{hint}"));
        if self.is_strict() || nearest.is_some() {
            return Err(unknown);
        }
        self.first_unknown.get_or_insert(unknown);
        Ok(Value::Foreign(name.clone()))
    }
}

//! Lists, tuples, dicts, ranges and texts: what they hold, and tensors by index.

use std::rc::Rc;

use chalkgrad::Tensor;

use super::super::value::{Container, Object, Value};
use super::super::{Place, error};
use super::{Evaluator, Result};

impl<'g> Evaluator<'_, 'g> {
    /// Everything that a loop over the value sees.
    pub(super) fn iterate(&mut self, value: &Value, place: Place) -> Result<Vec<Value>> {
        let values = match value {
            Value::Tuple(values) => values.to_vec(),
            Value::List(values) => values.borrow().clone(),
            Value::Dict(pairs) => pairs.borrow().iter().map(|(key, _)| key.clone()).collect(),
            Value::Text(text) => text.chars().map(|letter| Value::text(letter.encode_utf8(&mut [0; 4]))).collect(),
            Value::Range(range) => {
                let [start, _, step] = **range;
                let length = self.length(value, place)?;
                self.limit(length, place)?;
                (0..length as i64).map(|index| Value::Int(start.saturating_add(index.saturating_mul(step)))).collect()
            }
            Value::Object(object) => match object.container() {
                Container::Sequential | Container::List => {
                    object.children().into_iter().map(|(_, child)| Value::Object(child)).collect()
                }
                Container::Dict => object.children().into_iter().map(|(name, _)| Value::Text(name)).collect(),
                _ => {
                    return Err(error(
                        place,
                        format!("`{}` holds nothing that a loop could go through", object.name()),
                    ));
                }
            },
            Value::Tensor(_) => {
                let tensor = self.tensor(value, place)?;
                self.parts(tensor, 0, 1, place)?
                    .into_iter()
                    .map(|part| self.without_axis(part, place))
                    .collect::<Result<_>>()?
            }
            Value::Foreign(name) => {
                return Err(error(
                    place,
                    format!("what `{name}` is cannot be known here, and the network depends on it"),
                ));
            }
            other => return Err(error(place, format!("a loop cannot go through {}", other.kind()))),
        };
        self.check_length(values.len(), place)?;
        Ok(values)
    }

    fn without_axis(&mut self, part: Value, place: Place) -> Result<Value> {
        let tensor = self.tensor(&part, place)?;
        self.made(tensor.squeeze(0), place)
    }

    /// A tensor in pieces of this length along an axis, the last perhaps shorter.
    pub(in super::super) fn parts(
        &mut self,
        tensor: Tensor<'g>,
        axis: usize,
        length: usize,
        place: Place,
    ) -> Result<Vec<Value>> {
        let whole = tensor.shape().dims().get(axis).copied().unwrap_or(0);
        self.check_length(whole.div_ceil(length.max(1)), place)?;
        let starts = (0..whole).step_by(length.max(1));
        starts.map(|start| self.made(tensor.narrow(axis, start, length.min(whole - start)), place)).collect()
    }

    /// The keys and values of a dict, or of a list of pairs.
    pub(super) fn pairs(&mut self, value: &Value, place: Place) -> Result<Vec<(Value, Value)>> {
        if let Value::Dict(pairs) = value {
            self.check_length(pairs.borrow().len(), place)?;
            return Ok(pairs.borrow().clone());
        }
        if let Value::Object(object) = value {
            return Ok(object
                .children()
                .into_iter()
                .map(|(name, child)| (Value::Text(name), Value::Object(child)))
                .collect());
        }
        let mut pairs = Vec::new();
        for pair in self.iterate(value, place)? {
            match self.iterate(&pair, place)?.as_slice() {
                [key, value] => pairs.push((key.clone(), value.clone())),
                _ => return Err(error(place, "pairs of a name and a value are expected here")),
            }
        }
        Ok(pairs)
    }

    /// Python's `len`.
    pub(super) fn length(&self, value: &Value, place: Place) -> Result<usize> {
        Ok(match value {
            Value::Tuple(values) => values.len(),
            Value::List(values) => values.borrow().len(),
            Value::Dict(pairs) => pairs.borrow().len(),
            Value::Text(text) => text.chars().count(),
            Value::Range(range) => {
                let [start, stop, step] = **range;
                let span = if step > 0 { stop.saturating_sub(start) } else { start.saturating_sub(stop) };
                usize::try_from(span.max(0))
                    .unwrap_or(0)
                    .div_ceil(usize::try_from(step.unsigned_abs()).unwrap_or(1).max(1))
            }
            Value::Object(object)
                if matches!(object.container(), Container::Sequential | Container::List | Container::Dict) =>
            {
                object.children().len()
            }
            Value::Tensor(_) | Value::Stored(_) => {
                let shape = match value {
                    Value::Stored(stored) => stored.shape.clone(),
                    _ => self.tensor(value, place)?.shape(),
                };
                *shape.dims().first().ok_or_else(|| error(place, "a single number has no length"))?
            }
            other => return Err(error(place, format!("{} has no length", other.kind()))),
        })
    }

    pub(super) fn contains(&mut self, value: &Value, item: &Value, place: Place) -> Result<bool> {
        if let (Value::Text(text), Value::Text(part)) = (value, item) {
            return Ok(text.contains(&**part));
        }
        Ok(self.iterate(value, place)?.iter().any(|value| value.equals(item) == Some(true)))
    }

    /// A place counted from the end where it is negative.
    pub(super) fn place_of(&self, index: &Value, length: usize, place: Place) -> Result<usize> {
        let Some(index) = index.int() else {
            return Err(error(place, format!("an index is a whole number, not {}", index.kind())));
        };
        let from_start = if index < 0 { index.saturating_add(length as i64) } else { index };
        let found = usize::try_from(from_start).ok().filter(|&index| index < length);
        found.ok_or_else(|| error(place, format!("index {index} is out of range: there are {length} items")))
    }

    /// Start, stop and step of a slice; the step is at least 1.
    fn span(&self, slice: &[Value; 3], length: usize, place: Place) -> Result<[usize; 3]> {
        let bound = |value: &Value, default: usize| -> Result<usize> {
            if matches!(value, Value::None) {
                return Ok(default);
            }
            let index = value.int().ok_or_else(|| error(place, "a slice has whole numbers for its ends"))?;
            let index = if index < 0 { index.saturating_add(length as i64) } else { index };
            Ok(usize::try_from(index.max(0)).unwrap_or(length).min(length))
        };
        let step = match &slice[2] {
            Value::None => 1,
            value => {
                value.int().filter(|&step| step != 0).ok_or_else(|| error(place, "a slice's step is a whole number"))?
            }
        };
        let Ok(step) = usize::try_from(step) else {
            return Err(error(place, "a slice that goes backwards is not supported; `reversed` and `flip` do that"));
        };
        Ok([bound(&slice[0], 0)?, bound(&slice[1], length)?, step])
    }

    /// `value[index]`
    pub(super) fn item(&mut self, value: &Value, index: &Value, place: Place) -> Result<Value> {
        match (value, index) {
            (Value::Foreign(name), _) => match self.is_strict() {
                true => Err(error(place, format!("what `{name}` is cannot be known here"))),
                false => Ok(value.clone()),
            },
            (Value::Dict(pairs), key) => {
                self.spend(pairs.borrow().len() / 16, place)?;
                let found = pairs.borrow().iter().find(|(known, _)| known.equals(key) == Some(true)).cloned();
                found
                    .map(|(_, value)| value)
                    .ok_or_else(|| error(place, format!("there is no key {}", self.written(key))))
            }
            (Value::Tensor(_) | Value::Stored(_), _) => self.part(value, index, place),
            (Value::Object(object), _) => self.child(object, index, place),
            (Value::Tuple(_) | Value::List(_) | Value::Text(_) | Value::Range(_), Value::Slice(slice)) => {
                let values = self.iterate(value, place)?;
                // The one slice backwards that everybody writes.
                if let [Value::None, Value::None, Value::Int(-1)] = **slice {
                    return Ok(self.like(value, values.into_iter().rev().collect()));
                }
                let [start, stop, step] = self.span(slice, values.len(), place)?;
                let part = values.into_iter().take(stop).skip(start).step_by(step).collect();
                Ok(self.like(value, part))
            }
            (Value::Tuple(values), _) => Ok(values[self.place_of(index, values.len(), place)?].clone()),
            (Value::List(values), _) => {
                let values = values.borrow();
                Ok(values[self.place_of(index, values.len(), place)?].clone())
            }
            (Value::Text(_) | Value::Range(_), _) => {
                let values = self.iterate(value, place)?;
                Ok(values[self.place_of(index, values.len(), place)?].clone())
            }
            // `List[int]`, `Tuple[int, int]`: type hints.
            (Value::Known(_) | Value::Class(_), _) => Ok(value.clone()),
            _ => Err(error(place, format!("{} has no places to index", value.kind()))),
        }
    }

    /// Values as another collection of that kind.
    fn like(&self, value: &Value, values: Vec<Value>) -> Value {
        match value {
            Value::Tuple(_) => Value::Tuple(values.into()),
            Value::Text(_) => Value::text(&values.iter().map(|value| self.written(value)).collect::<String>()),
            _ => Value::list(values),
        }
    }

    /// A module's child by number or name, or a part of its children.
    fn child(&mut self, object: &Rc<Object>, index: &Value, place: Place) -> Result<Value> {
        let children = object.children();
        match (object.container(), index) {
            (Container::Dict, Value::Text(name)) => {
                let found = children.iter().find(|(known, _)| known == name);
                let names: Vec<&str> = children.iter().map(|(name, _)| &**name).collect();
                let missing = || error(place, format!("there is no module `{name}`; there are {}", names.join(", ")));
                found.map(|(_, child)| Value::Object(child.clone())).ok_or_else(missing)
            }
            (container @ (Container::Sequential | Container::List), Value::Slice(slice)) => {
                let [start, stop, step] = self.span(slice, children.len(), place)?;
                let kind = super::super::value::ObjectKind::Container(container);
                let part = self.object(kind, place)?;
                for (_, child) in children.into_iter().take(stop).skip(start).step_by(step) {
                    self.append(&part, Value::Object(child), place)?;
                }
                // What runs in a pass is no new part of the network.
                Ok(Value::Object(part))
            }
            (Container::Sequential | Container::List, _) => {
                Ok(Value::Object(children[self.place_of(index, children.len(), place)?].1.clone()))
            }
            _ => Err(error(place, format!("`{}` has no places to index", object.name()))),
        }
    }

    /// `x[:, 0]`, `x[..., 1:]`
    fn part(&mut self, value: &Value, index: &Value, place: Place) -> Result<Value> {
        let mut tensor = self.tensor(value, place)?;
        self.pass(place)?;
        let indices = if let Value::Tuple(indices) = index { indices.to_vec() } else { vec![index.clone()] };
        let taken = indices.iter().filter(|index| !matches!(index, Value::None | Value::Ellipsis)).count();
        let mut axis = 0;
        for index in &indices {
            let length = tensor.shape().dims().get(axis).copied();
            match index {
                Value::None => {
                    tensor = tensor.unsqueeze(axis);
                    axis += 1;
                }
                Value::Ellipsis => {
                    let before = axis;
                    let left = taken
                        - indices
                            .iter()
                            .take_while(|index| !matches!(index, Value::Ellipsis))
                            .filter(|index| !matches!(index, Value::None))
                            .count();
                    axis = tensor.shape().rank().saturating_sub(left).max(before);
                }
                _ if length.is_none() => {
                    return Err(error(place, format!("a tensor of shape {} has not so many axes", tensor.shape())));
                }
                Value::Slice(slice) => {
                    let [start, stop, step] = self.span(slice, length.unwrap_or(0), place)?;
                    tensor = tensor.slice(axis, start..stop.max(start), step);
                    axis += 1;
                }
                Value::Tensor(_) | Value::List(_) => {
                    return Err(error(
                        place,
                        "a tensor is indexed by numbers and slices here, not by tensors or lists",
                    ));
                }
                index => tensor = tensor.select(axis, self.place_of(index, length.unwrap_or(0), place)?),
            }
        }
        self.made(tensor, place)
    }

    /// `of[index] = value`
    pub(super) fn set_item(&mut self, of: &Value, index: &Value, value: Value, place: Place) -> Result<()> {
        match of {
            Value::Dict(pairs) => {
                let mut pairs = pairs.borrow_mut();
                self.spend(pairs.len() / 16, place)?;
                self.limit(pairs.len() + 1, place)?;
                match pairs.iter().position(|(known, _)| known.equals(index) == Some(true)) {
                    Some(at) => pairs[at].1 = value.clone(),
                    None => pairs.push((index.clone(), value.clone())),
                }
                drop(pairs);
                self.check_holder(of, &value, place)
            }
            Value::List(values) => {
                let at = self.place_of(index, values.borrow().len(), place)?;
                values.borrow_mut()[at] = value.clone();
                self.check_holder(of, &value, place)
            }
            Value::Object(object) => {
                let name = match (object.container(), index) {
                    (Container::Dict, Value::Text(name)) => name.clone(),
                    (Container::Sequential | Container::List, _) => {
                        let children = object.children();
                        children[self.place_of(index, children.len(), place)?].0.clone()
                    }
                    _ => return Err(error(place, format!("`{}` has no places to index", object.name()))),
                };
                self.add_child(object, &name, value, place)
            }
            Value::Foreign(_) if !self.is_strict() => Ok(()),
            Value::Tensor(_) => {
                Err(error(place, "parts of a tensor cannot be overwritten here: put new ones together with torch.cat"))
            }
            _ => Err(error(place, format!("nothing can be put into {}", of.kind()))),
        }
    }

    pub(super) fn delete_item(&mut self, of: &Value, index: &Value, place: Place) -> Result<()> {
        match of {
            Value::Dict(pairs) => pairs.borrow_mut().retain(|(known, _)| known.equals(index) != Some(true)),
            Value::List(values) => {
                let at = self.place_of(index, values.borrow().len(), place)?;
                values.borrow_mut().remove(at);
            }
            Value::Object(object) => {
                let children = object.children();
                let at = self.place_of(index, children.len(), place)?;
                object.attributes.borrow_mut().retain(|(name, _)| *name != children[at].0);
            }
            _ => {}
        }
        Ok(())
    }
}

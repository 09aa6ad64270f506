//! A network's state apart from any device: every parameter and buffer under PyTorch's key. What is saved, loaded, and adapted
//! in between. How it gets into a model and out of it stands in `state_dict/model.rs`, its file format in `safetensors.rs`.

mod model;
#[cfg(feature = "safetensors")]
mod safetensors;
mod tensor;

use std::collections::HashMap;

pub use model::{IncompatibleKeys, WrongShape};
pub use tensor::{Dtype, StateTensor};

/// Tensors by key, in order: `torch.nn.Module.state_dict()`.
///
/// ```
/// use chalkgrad::{Array, StateDict};
///
/// let mut state = StateDict::new();
/// state.insert("module.fc.weight", Array::from_fn([2, 3], |index| index as f32));
/// state.insert("module.fc.bias", Array::from_fn([2], |_| 0.5));
/// // What `torch.nn.DataParallel` saved, made to fit a network without it.
/// state.rename(|key| key.trim_start_matches("module.").to_owned());
/// assert_eq!(state.keys().collect::<Vec<_>>(), ["fc.weight", "fc.bias"]);
/// assert_eq!(state.get("fc.weight").unwrap().values()[5], 5.0);
/// ```
#[derive(Debug, Clone, Default)]
pub struct StateDict {
    entries: Vec<(String, StateTensor)>,
    places: HashMap<String, usize>,
}

impl StateDict {
    /// One without tensors.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many tensors it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.as_str())
    }

    /// Every key with its tensor, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &StateTensor)> {
        self.entries.iter().map(|(key, tensor)| (key.as_str(), tensor))
    }

    /// The tensor of this key.
    pub fn get(&self, key: &str) -> Option<&StateTensor> {
        self.places.get(key).map(|&place| &self.entries[place].1)
    }

    /// Puts a tensor in: at the end, or in the place of the one that had this key, which is given back.
    pub fn insert(&mut self, key: impl Into<String>, tensor: impl Into<StateTensor>) -> Option<StateTensor> {
        let (key, tensor) = (key.into(), tensor.into());
        if let Some(&place) = self.places.get(&key) {
            return Some(std::mem::replace(&mut self.entries[place].1, tensor));
        }
        self.places.insert(key.clone(), self.entries.len());
        self.entries.push((key, tensor));
        None
    }

    /// Takes a tensor out.
    pub fn remove(&mut self, key: &str) -> Option<StateTensor> {
        let place = self.places.remove(key)?;
        self.places.values_mut().filter(|other| **other > place).for_each(|other| *other -= 1);
        Some(self.entries.remove(place).1)
    }

    /// Keeps what `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &StateTensor) -> bool) {
        *self = std::mem::take(self).into_iter().filter(|(key, tensor)| keep(key, tensor)).collect();
    }

    /// Gives every tensor another key. Where two would have the same, the later tensor stays, as in Python.
    pub fn rename(&mut self, mut name: impl FnMut(&str) -> String) {
        *self = std::mem::take(self).into_iter().map(|(key, tensor)| (name(&key), tensor)).collect();
    }

    /// The same tensors with their floating-point numbers rounded to another dtype, as `torch.nn.Module.to(dtype)`: counters
    /// stay as they are. To [`Dtype::I64`], which is none of these, nothing is converted.
    #[cfg(feature = "safetensors")]
    pub fn to_dtype(&self, dtype: Dtype) -> Self {
        self.entries.iter().map(|(key, tensor)| (key.clone(), tensor.to_dtype(dtype))).collect()
    }
}

/// Equal keys with equal tensors, in whatever order.
impl PartialEq for StateDict {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, tensor)| other.get(key) == Some(tensor))
    }
}

impl<K: Into<String>, T: Into<StateTensor>> FromIterator<(K, T)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (K, T)>>(entries: I) -> Self {
        let mut state = Self::new();
        state.extend(entries);
        state
    }
}

impl<K: Into<String>, T: Into<StateTensor>> Extend<(K, T)> for StateDict {
    fn extend<I: IntoIterator<Item = (K, T)>>(&mut self, entries: I) {
        for (key, tensor) in entries {
            self.insert(key, tensor);
        }
    }
}

impl IntoIterator for StateDict {
    type Item = (String, StateTensor);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

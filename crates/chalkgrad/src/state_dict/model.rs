//! A model's state as a state dict and back, strictly or as far as it fits.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::{StateDict, StateTensor};
use crate::nn::Network;
use crate::order::order;
use crate::{Array, Error, Model, Result, Shape};

/// Of a long list of keys, a report names as many.
const NAMED: usize = 8;

/// What a state dict and a network do not have in common. Displays as a report.
///
/// ```
/// use chalkgrad::nn::{Linear, Loss, Network};
/// use chalkgrad::{Array, Device, Model, StateDict};
///
/// let model = Model::new(&Device::Cpu, Network::new(Linear::new(3, 2), [3])?, Loss::CrossEntropy, 0)?;
/// let mut state = StateDict::new();
/// state.insert("weight", Array::from_fn([2, 3], |_| 0.0_f32));
/// state.insert("scale", Array::from_fn([2], |_| 1.0_f32));
/// let keys = model.load_state_dict_lenient(&state)?;
/// assert_eq!((&keys.missing_keys[..], &keys.unexpected_keys[..]), (&["bias".into()][..], &["scale".into()][..]));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncompatibleKeys {
    /// The network has them, the state dict has not.
    pub missing_keys: Vec<String>,
    /// The state dict has them, the network has not.
    pub unexpected_keys: Vec<String>,
    /// Both have them, in different shapes.
    pub wrong_shapes: Vec<WrongShape>,
}

/// A tensor of another shape than the network's.
///
/// ```
/// use chalkgrad::nn::{Linear, Loss, Network};
/// use chalkgrad::{Array, Device, Model, StateDict};
///
/// let model = Model::new(&Device::Cpu, Network::new(Linear::new(3, 2), [3])?, Loss::CrossEntropy, 0)?;
/// let state: StateDict = [("weight", Array::from_fn([2, 5], |_| 0.0_f32))].into_iter().collect();
/// let wrong = &model.load_state_dict_lenient(&state)?.wrong_shapes[0];
/// assert_eq!((wrong.expected.dims(), wrong.found.dims()), (&[2, 3][..], &[2, 5][..]));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongShape {
    /// Its key.
    pub key: String,
    /// The network's shape.
    pub expected: Shape,
    /// The state dict's.
    pub found: Shape,
}

impl IncompatibleKeys {
    /// Whether everything fitted.
    pub fn is_empty(&self) -> bool {
        self.missing_keys.is_empty() && self.unexpected_keys.is_empty() && self.wrong_shapes.is_empty()
    }
}

impl fmt::Display for IncompatibleKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("all keys match");
        }
        let mut lines: Vec<String> = Vec::new();
        let shape =
            |wrong: &WrongShape| format!("{} is {}, but {} in the network", wrong.key, wrong.found, wrong.expected);
        for (title, items) in [
            ("missing keys", self.missing_keys.clone()),
            ("unexpected keys", self.unexpected_keys.clone()),
            ("wrong shapes", self.wrong_shapes.iter().map(shape).collect()),
        ] {
            if items.is_empty() {
                continue;
            }
            lines.push(format!("  {title}:"));
            lines.extend(items.iter().take(NAMED).map(|item| format!("    {item}")));
            if items.len() > NAMED {
                lines.push(format!("    and {} more", items.len() - NAMED));
            }
        }
        f.write_str(&lines.join("\n"))
    }
}

/// A parameter or a buffer of a network.
struct Entry<'n> {
    key: &'n str,
    shape: &'n Shape,
    /// Its place in the model's store.
    region: String,
    /// Its flat buffer there.
    flat: &'static str,
    counts: bool,
    /// Whether another entry lies in the same place.
    is_alias: bool,
}

/// In PyTorch's order: module by module, parents before children, of each the parameters and then the buffers.
fn entries(network: &Network) -> Vec<Entry<'_>> {
    let parameters = network.parameters().iter().map(|parameter| Entry {
        key: &parameter.path,
        shape: &parameter.shape,
        region: format!("parameter/{}", parameter.path),
        flat: "flat/parameters",
        counts: false,
        is_alias: false,
    });
    let buffers = network.buffers().iter().map(|buffer| Entry {
        key: &buffer.path,
        shape: &buffer.shape,
        region: format!("buffer/{}", buffer.path),
        flat: "flat/buffers",
        counts: buffer.counts,
        is_alias: false,
    });
    // A parameter or buffer that has another key already lies where that one does.
    let mut entries: Vec<Entry<'_>> = parameters.chain(buffers).collect();
    for (key, of) in network.aliases() {
        if let Some(Entry { shape, region, flat, counts, .. }) = entries.iter().find(|entry| entry.key == of) {
            let (region, flat, counts) = (region.clone(), *flat, *counts);
            entries.push(Entry { key, shape, region, flat, counts, is_alias: true });
        }
    }
    let places: HashMap<&str, usize> =
        network.keys().iter().enumerate().map(|(place, key)| (key.as_str(), place)).collect();
    let modules: HashMap<&str, usize> =
        network.modules().iter().enumerate().map(|(place, path)| (path.as_str(), place + 1)).collect();
    let keys: Vec<_> = entries
        .iter()
        .map(|entry| {
            let module = match entry.key.rsplit_once('.') {
                None => 0,
                Some((module, _)) => modules.get(module).copied().unwrap_or(usize::MAX),
            };
            (module, entry.flat == "flat/buffers", places.get(entry.key).copied())
        })
        .collect();
    let order = order(keys.len(), &|a, b| keys[a].cmp(&keys[b]));
    let mut entries: Vec<Option<Entry<'_>>> = entries.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| entries[place].take()).collect()
}

impl Model {
    /// Every parameter and buffer under PyTorch's key, in PyTorch's order. A module that is used twice under one path shares its
    /// parameters, and they are there once.
    pub async fn state_dict(&self) -> Result<StateDict> {
        let mut flat = HashMap::new();
        for name in ["flat/parameters", "flat/buffers"] {
            flat.insert(name, self.store().read(name).await?);
        }
        let entries = entries(self.network());
        let read = |entry: &Entry<'_>| {
            let region = self.store().region(&entry.region)?;
            let values = &flat[entry.flat][region.offset..region.offset + region.len];
            let tensor: StateTensor = match entry.counts {
                true => Array::from_fn(entry.shape, |index| values[index] as i64).into(),
                false => Array::from_fn(entry.shape, |index| values[index]).into(),
            };
            Ok((entry.key.to_owned(), tensor))
        };
        entries.iter().map(read).collect()
    }

    /// Takes over a state dict that has exactly the network's keys and shapes. Any other is refused with a report of what does
    /// not fit, and changes nothing. As in PyTorch, numbers are converted to the network's dtype, and files from before there were
    /// counters (`num_batches_tracked`) are taken without them.
    ///
    /// ```
    /// use chalkgrad::nn::{Linear, Loss, Network};
    /// use chalkgrad::{Array, Device, Model, StateDict};
    ///
    /// let model = Model::new(&Device::Cpu, Network::new(Linear::new(3, 2), [3])?, Loss::CrossEntropy, 0)?;
    /// let mut state = StateDict::new();
    /// state.insert("weight", Array::from_fn([2, 3], |index| index as f32));
    /// let error = model.load_state_dict(&state).unwrap_err().to_string();
    /// assert_eq!(error, "this state dict does not fit the network:\n  missing keys:\n    bias");
    /// state.insert("bias", Array::from_fn([2], |_| 0.5));
    /// model.load_state_dict(&state)?;
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    pub fn load_state_dict(&self, state: &StateDict) -> Result<()> {
        let entries = entries(self.network());
        let (fitting, incompatible) = compare(&entries, state);
        if incompatible.is_empty() { self.write(&fitting) } else { Err(Error::StateDict(incompatible)) }
    }

    /// Takes over what fits of a state dict, and says what did not: PyTorch's `strict=False`, which would refuse wrong shapes.
    pub fn load_state_dict_lenient(&self, state: &StateDict) -> Result<IncompatibleKeys> {
        let entries = entries(self.network());
        let (fitting, incompatible) = compare(&entries, state);
        self.write(&fitting)?;
        Ok(incompatible)
    }

    fn write(&self, fitting: &[(&Entry<'_>, &StateTensor)]) -> Result<()> {
        fitting.iter().try_for_each(|(entry, tensor)| self.store().write(&entry.region, &tensor.values()))
    }
}

/// What fits, and what does not.
fn compare<'a, 'n>(
    entries: &'a [Entry<'n>],
    state: &'a StateDict,
) -> (Vec<(&'a Entry<'n>, &'a StateTensor)>, IncompatibleKeys) {
    let (mut fitting, mut incompatible) = (Vec::new(), IncompatibleKeys::default());
    for entry in entries {
        let key = entry.key.to_owned();
        match state.get(entry.key) {
            Some(tensor) if tensor.shape() == entry.shape => fitting.push((entry, tensor)),
            Some(tensor) => {
                let (expected, found) = (entry.shape.clone(), tensor.shape().clone());
                incompatible.wrong_shapes.push(WrongShape { key, expected, found });
            }
            None if entry.counts || entry.is_alias => {}
            None => incompatible.missing_keys.push(key),
        }
    }
    let known: HashSet<&str> = entries.iter().map(|entry| entry.key).collect();
    let unexpected = state.keys().filter(|key| !known.contains(key));
    incompatible.unexpected_keys.extend(unexpected.map(str::to_owned));
    (fitting, incompatible)
}

//! The state of a run by name: parameters, gradients, optimiser state, inputs, scalars. Programs read and write it; it
//! outlives them. Names carry their kind (`parameter/0.weight`, `gradient/0.weight`), so that no module's name clashes.

use std::collections::HashMap;

use crate::device::{Device, Memory};
use crate::plan::{BufferId, Location};
use crate::{Error, Result, Shape};

/// WebGPU binds buffers at multiples of 256 bytes.
pub(crate) const ALIGNMENT: usize = 64;

/// Named regions of device memory.
///
/// ```
/// use chalkgrad::{Device, Store};
///
/// # pollster::block_on(async {
/// let mut store = Store::new(&Device::Cpu);
/// store.add("scalar/rate", 1)?;
/// store.write("scalar/rate", &[0.1])?;
/// assert_eq!(store.read("scalar/rate").await?, [0.1]);
/// assert!(store.write("scalar/rate", &[0.1, 0.2]).unwrap_err().to_string().contains("2 were given"));
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
pub struct Store {
    device: Device,
    buffers: Vec<Memory>,
    regions: HashMap<String, Region>,
}

/// A named range of one buffer, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) buffer: usize,
    pub(crate) offset: usize,
    pub(crate) len: usize,
}

impl Region {
    pub(crate) fn location(&self) -> Location {
        Location { buffer: BufferId::Store(self.buffer), offset: self.offset, len: self.len }
    }
}

impl Store {
    /// An empty store on a device.
    pub fn new(device: &Device) -> Self {
        Self { device: device.clone(), buffers: Vec::new(), regions: HashMap::new() }
    }

    /// The device that holds it.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// A region in a buffer of its own, all zeros. A name that exists already is replaced, and its memory given back with the
    /// last program that uses it; programs compiled before keep to the old one.
    pub fn add(&mut self, name: impl Into<String>, len: usize) -> Result<()> {
        let name = name.into();
        let memory = self.device.allocate(len, &name)?;
        let buffer = match self.sole_buffer(&name) {
            Some(buffer) => {
                self.buffers[buffer] = memory;
                buffer
            }
            None => {
                self.buffers.push(memory);
                self.buffers.len() - 1
            }
        };
        self.regions.insert(name, Region { buffer, offset: 0, len });
        Ok(())
    }

    /// The buffer in which there is nothing but the region of this name.
    fn sole_buffer(&self, name: &str) -> Option<usize> {
        let buffer = self.regions.get(name)?.buffer;
        let mut others = self.regions.iter().filter(|(other, region)| *other != name && region.buffer == buffer);
        others.next().is_none().then_some(buffer)
    }

    /// One buffer `name` that is cut into `parts`, each starting `alignment` numbers or a multiple after the start. The gaps stay
    /// zero. A name that exists already is replaced with all its parts.
    pub(crate) fn add_flat(&mut self, name: &str, parts: &[(String, usize)], alignment: usize) -> Result<()> {
        let mut offset: usize = 0;
        let mut regions = Vec::new();
        for (part, len) in parts {
            regions.push((part.clone(), offset, *len));
            offset = offset.saturating_add(len.next_multiple_of(alignment));
        }
        if let Ok(old) = self.region(name) {
            self.regions.retain(|other, region| other == name || region.buffer != old.buffer);
        }
        self.add(name, offset)?;
        let buffer = self.region(name)?.buffer;
        self.regions.extend(regions.into_iter().map(|(part, offset, len)| (part, Region { buffer, offset, len })));
        Ok(())
    }

    /// Overwrites a region.
    pub fn write(&self, name: &str, values: &[f32]) -> Result<()> {
        let region = self.region(name)?;
        if region.len != values.len() {
            let expected = Shape::from([region.len]);
            return Err(Error::WrongSize { name: name.into(), expected, elements: values.len() });
        }
        self.device.write(&self.buffers[region.buffer], region.offset, values)
    }

    /// Reads a region back.
    pub async fn read(&self, name: &str) -> Result<Vec<f32>> {
        let region = self.region(name)?;
        self.device.read(&self.buffers[region.buffer], region.offset, region.len).await
    }

    /// Whether there is a region of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.regions.contains_key(name)
    }

    /// The length of a region, in numbers.
    pub fn len(&self, name: &str) -> Result<usize> {
        Ok(self.region(name)?.len)
    }

    pub(crate) fn region(&self, name: &str) -> Result<Region> {
        self.regions.get(name).copied().ok_or_else(|| Error::Unbound { name: name.into() })
    }

    pub(crate) fn buffers(&self) -> &[Memory] {
        &self.buffers
    }
}

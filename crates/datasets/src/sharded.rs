//! A data set whose shards arrive one by one, in any order.
//!
//! It knows every shard's name from the start and says which is still missing; what is there is served as examples.
//! It fetches nothing itself: the engine does, or `chalkgrad train` from the disk.

use crate::cifar10::{Manifest, ShardFile, Split};
use crate::dataset::{Example, Examples};
use crate::shard::{Shard, ShardError};

/// Shards of equal length, some of which are there.
#[derive(Debug, Clone)]
pub struct ShardedDataset {
    shape: [usize; 3],
    classes: Vec<String>,
    shard_len: usize,
    files: Vec<ShardFile>,
    arrived: Vec<Option<Shard>>,
}

impl ShardedDataset {
    /// One split of what the manifest lists; nothing has arrived yet.
    pub fn new(manifest: &Manifest, split: Split) -> Self {
        let files = manifest.shards(split).to_vec();
        Self {
            shape: manifest.shape.map(|length| length as usize),
            classes: manifest.classes.clone(),
            shard_len: manifest.shard_len as usize,
            arrived: vec![None; files.len()],
            files,
        }
    }

    /// Checks a shard that arrived and keeps its bytes. One that is there already is replaced.
    ///
    /// On an error everything is as before: the shard can be fetched again.
    pub fn insert(&mut self, shard: usize, bytes: Vec<u8>) -> Result<(), ShardError> {
        let Some(file) = self.files.get(shard) else {
            return Err(ShardError::NoSuchShard { shard, shards: self.files.len() });
        };
        let arrived = Shard::decode(&file.file, bytes)?;
        let describe = |count: usize, shape: [usize; 3], classes: usize| {
            format!("{count} pictures of {} × {} × {} in {classes} classes", shape[0], shape[1], shape[2])
        };
        let expected = describe(self.shard_len, self.shape, self.classes.len());
        let found = describe(arrived.len(), arrived.shape(), arrived.classes());
        if expected != found {
            return Err(ShardError::Unexpected { name: file.file.clone(), expected, found });
        }
        self.arrived[shard] = Some(arrived);
        Ok(())
    }

    /// Class names; a label is an index into them.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Pictures in each shard: what a `Sampler` wants to know.
    pub fn shard_len(&self) -> usize {
        self.shard_len
    }

    /// Name, size and hash of every shard, by number.
    pub fn files(&self) -> &[ShardFile] {
        &self.files
    }

    /// Whether this shard is there.
    pub fn contains(&self, shard: usize) -> bool {
        self.arrived.get(shard).is_some_and(Option::is_some)
    }

    /// Whether all of these shards are there: with `Sampler::needs`, whether a step's batch is.
    pub fn contains_all(&self, shards: &[usize]) -> bool {
        shards.iter().all(|&shard| self.contains(shard))
    }

    /// Shards that are not there, in the given order (`Sampler::shard_order`): the first is to be fetched next.
    pub fn missing<'a>(&'a self, order: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
        order.iter().copied().filter(|&shard| shard < self.files.len() && !self.contains(shard))
    }

    /// How many shards are there.
    pub fn arrived_shards(&self) -> usize {
        self.arrived.iter().flatten().count()
    }

    /// Bytes of the shards that are there, by the manifest.
    pub fn arrived_bytes(&self) -> u64 {
        self.files.iter().zip(&self.arrived).filter(|(_, arrived)| arrived.is_some()).map(|(file, _)| file.bytes).sum()
    }

    /// Whether every shard is there.
    pub fn is_complete(&self) -> bool {
        self.arrived_shards() == self.files.len()
    }
}

impl Examples for ShardedDataset {
    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn len(&self) -> usize {
        self.files.len() * self.shard_len
    }

    fn example(&self, index: usize) -> Option<Example<'_>> {
        self.arrived.get(index / self.shard_len)?.as_ref()?.example(index % self.shard_len)
    }
}

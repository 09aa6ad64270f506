//! A data set whose shards arrive one by one, in any order.
//!
//! It knows every shard's name from the start and says which is still missing; what is there is served as examples.
//! It fetches nothing itself: the engine does, or `chalkgrad train` from the disk.

use std::rc::Rc;

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
    /// Shared, so that a copy of the data set copies no pictures.
    arrived: Vec<Option<Rc<Shard>>>,
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
        self.arrived[shard] = Some(Rc::new(arrived));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampler::{Sampler, Sampling};

    /// Five training shards, one of them held out, of two pictures of one byte: the picture's number.
    fn manifest() -> Manifest {
        let file = |number| ShardFile { file: format!("train-{number}.bin"), bytes: 36, sha256: String::new() };
        Manifest {
            classes: vec!["even".into(), "odd".into()],
            shape: [1, 1, 1],
            shard_len: 2,
            held_out_shards: 1,
            training: (0..5).map(file).collect(),
            ..Manifest::new("credit", "source")
        }
    }

    fn shard(number: u8) -> Vec<u8> {
        Shard::encode("shard", [1, 1, 1], 2, &[2 * number, 2 * number + 1], &[0, 1]).unwrap()
    }

    #[test]
    fn shards_arrive_in_any_order_and_keep_their_places() {
        let mut dataset = ShardedDataset::new(&manifest(), Split::Training);
        assert_eq!((dataset.len(), dataset.arrived_shards(), dataset.arrived_bytes()), (8, 0, 0));
        for number in [2, 0, 3, 1] {
            assert!(!dataset.is_complete());
            dataset.insert(usize::from(number), shard(number)).unwrap();
        }
        assert!(dataset.is_complete());
        assert_eq!(dataset.arrived_bytes(), 144);
        for index in 0..8 {
            let expected = Example { pixels: &[index as u8], label: (index % 2) as u16 };
            assert_eq!(dataset.example(index), Some(expected));
        }
        assert_eq!(dataset.example(8), None);
        assert_eq!(dataset.example(usize::MAX), None);
    }

    #[test]
    fn a_shard_that_does_not_belong_is_refused_and_changes_nothing() {
        let mut dataset = ShardedDataset::new(&manifest(), Split::Training);
        let mut damaged = shard(1);
        damaged[33] ^= 4;
        let error = dataset.insert(1, damaged).unwrap_err();
        assert!(error.to_string().starts_with("train-1.bin was damaged"), "{error}");
        let longer = Shard::encode("shard", [1, 1, 1], 2, &[1, 2, 3], &[0, 1, 0]).unwrap();
        let error = dataset.insert(1, longer).unwrap_err();
        assert!(error.to_string().starts_with("train-1.bin holds 3 pictures of 1 × 1 × 1 in 2 classes"), "{error}");
        assert_eq!(dataset.insert(4, shard(4)), Err(ShardError::NoSuchShard { shard: 4, shards: 4 }));
        assert_eq!(dataset.arrived_shards(), 0);
        dataset.insert(1, shard(1)).unwrap();
        assert!(dataset.contains(1) && !dataset.contains(0) && !dataset.contains(99));
    }

    #[test]
    fn the_sampler_says_what_to_fetch_and_when_to_wait() {
        let mut dataset = ShardedDataset::new(&manifest(), Split::Training);
        let sampling =
            Sampling { seed: 5, examples: dataset.len(), shard_len: dataset.shard_len(), batch: 2, drop_last: true };
        let mut sampler = Sampler::new(sampling).unwrap();
        for step in 0..4 {
            assert!(!dataset.contains_all(&sampler.needs(step)));
            let next = dataset.missing(sampler.shard_order()).next().unwrap();
            dataset.insert(next, shard(next as u8)).unwrap();
            assert!(dataset.contains_all(&sampler.needs(step)));
            assert!(sampler.position(step).indices.iter().all(|&index| dataset.example(index).is_some()));
        }
        assert_eq!(dataset.missing(sampler.shard_order()).next(), None);
    }
}

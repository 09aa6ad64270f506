//! Bytes in, batches out: what networks learn from, natively and in the browser alike.
//!
//! A data set is labelled pictures of bytes: drawn `shapes`, which need no file, or CIFAR-10, whose shards arrive one
//! by one in a `ShardedDataset`. A `Sampler` says which examples a step trains on, an `Augmentation` how they are
//! changed, `Transforms` which numbers they become, and a `Batch` holds those numbers. A `Raster` draws the strokes of a
//! pen, a `Tracing` has the lines of a bitmap or of strokes, and a `Distortion` bends them; `drawings` reads and writes files of
//! strokes. This crate fetches nothing, knows no network and no kernel, and never panics on what it is given: errors are sentences.
//!
//! ```
//! use datasets::{Augmentation, Augmenter, Batch, Examples, Sampler, Sampling, Transforms, shapes};
//!
//! let seed = 1;
//! let dataset = shapes::generate(seed, 100);
//! let sampling = Sampling { seed, examples: dataset.len(), shard_len: dataset.len(), batch: 16, drop_last: true };
//! let mut sampler = Sampler::new(sampling)?;
//! let mut batch = Batch::new(16, dataset.shape())?;
//! for step in 0..2 * sampler.steps_per_epoch() {
//!     let position = sampler.position(step);
//!     let augmentation = Augmentation { flip: true, shift: 2 };
//!     let augmenter = Augmenter { augmentation, seed, epoch: position.epoch };
//!     batch.fill(&dataset, position.indices, &Transforms::default(), Some(augmenter))?;
//!     assert_eq!(batch.images.len(), 16 * 3 * 32 * 32);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where the randomness comes from
//!
//! Every random number is a function of the seed and of the place where it is used (`Random`): the order of an epoch
//! of (seed, epoch), the change of a picture of (seed, epoch, example). Nothing depends on when a shard arrived, on
//! batch size (for changes) or on what was drawn before; so a run continues at any step, and the same seed gives the
//! same bits on every machine.
//!
//! # When shards are still on their way
//!
//! In the first epoch shards are visited in `Sampler::shard_order`. Fetch them in that order
//! (`ShardedDataset::missing`), `insert` what arrives, and take a step as soon as `contains_all(&sampler.needs(step))`:
//! the first steps need one shard. A damaged shard is refused by `insert`, which changes nothing, and can be fetched again.

mod augment;
mod batch;
pub mod cifar10;
mod dataset;
pub mod drawings;
pub mod npy;
pub mod quickdraw;
mod random;
mod sampler;
pub mod shapes;
mod shard;
mod sharded;
mod strokes;
mod trace;
mod transforms;

pub use augment::{Augmentation, Augmenter, Change};
pub use batch::{Batch, BatchError};
pub use dataset::{Dataset, DatasetError, DrawnPictures, Example, Examples};
pub use random::{Random, Stream, philox};
pub use sampler::{Position, Sampler, SamplerError, Sampling};
pub use sharded::ShardedDataset;
pub use strokes::{Placement, Point, Raster};
pub use trace::{Distortion, Tracing};
pub use transforms::{Transforms, TransformsError};

/// Whether a name from a manifest can be put behind a folder's address as it is.
fn is_plain_file_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

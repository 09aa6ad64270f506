//! Bytes in, batches out.
mod augment;
mod batch;
pub mod cifar10;
mod dataset;
pub mod npy;
pub mod quickdraw;
mod random;
mod sampler;
pub mod shapes;
mod shard;
mod sharded;
mod transforms;

pub use augment::{Augmentation, Augmenter, Change};
pub use batch::{Batch, BatchError};
pub use dataset::{Dataset, DatasetError, Example, Examples};
pub use random::{Random, Stream, philox};
pub use sampler::{Position, Sampler, SamplerError, Sampling};
pub use sharded::ShardedDataset;
pub use transforms::{Transforms, TransformsError};

/// Whether a name from a manifest can be put behind a folder's address as it is.
fn is_plain_file_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

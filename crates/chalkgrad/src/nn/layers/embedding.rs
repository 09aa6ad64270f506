//! Tables that are learned.

use std::fmt;

use crate::Tensor;
use crate::nn::{Init, Module, Role, Scope};

/// `torch.nn.Embedding`: whole numbers below `num_embeddings`, of any shape, to the rows of a table, `[…, embedding_dim]`.
///
/// ```
/// use chalkgrad::nn::{Embedding, Network};
///
/// // Sentences of 12 words, each one of 1,000.
/// let network = Network::new(Embedding::new(1_000, 32), [12])?;
/// assert_eq!(network.output().dims(), [12, 32]);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedding {
    /// Rows of the table.
    pub num_embeddings: usize,
    /// Numbers in a row.
    pub embedding_dim: usize,
}

impl Embedding {
    /// A table of this many rows of this length, standard normal at first.
    pub fn new(num_embeddings: usize, embedding_dim: usize) -> Self {
        Self { num_embeddings, embedding_dim }
    }

    fn weight<'g>(&self, scope: &Scope<'_, 'g>) -> Tensor<'g> {
        let init = Init::Normal { mean: 0.0, deviation: 1.0 };
        scope.parameter("weight", Role::Weight, [self.num_embeddings, self.embedding_dim], init)
    }
}

impl Module for Embedding {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        input.embedding(self.weight(scope))
    }

    fn register(&self, scope: &Scope<'_, '_>) {
        self.weight(scope);
    }
}

impl fmt::Display for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Embedding({}, {})", self.num_embeddings, self.embedding_dim)
    }
}

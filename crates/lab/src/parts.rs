//! What is asked for seldom, or is not everywhere: a sixth of the laboratory's code. A host may load it when it is needed, so that nothing
//! else here reaches it but through these tables.

use std::future::Future;
use std::pin::Pin;

use chalkgrad::{Device, StateDict};
use datasets::Transforms;
use protocol::{EventBody, Settings};

use crate::error::Result;
use crate::{Session, drawings, language};

/// How the host comes by each part.
pub trait Parts {
    /// Opens the GPU, or says why there is none.
    fn gpu(&self) -> impl Future<Output = chalkgrad::Result<Device>>;

    /// What opens and writes files, or a sentence that says why it is not there.
    fn formats(&self) -> impl Future<Output = Result<Formats, String>>;

    /// What explains, or a sentence that says why it is not there.
    fn explanations(&self) -> impl Future<Output = Result<Explanations, String>>;
}

/// What opens and writes files of networks and drawings.
#[derive(Clone, Copy)]
pub struct Formats {
    pub(crate) script: fn(&Settings, &Transforms, u64) -> Result<String>,
    pub(crate) read_weights: fn(&[u8]) -> Result<StateDict>,
    pub(crate) write_weights: fn(&StateDict) -> Result<Vec<u8>>,
    pub(crate) read_drawings: fn(&str, &[u8]) -> Result<Answer>,
    pub(crate) write_drawings: fn(&str, &[u8]) -> Result<Vec<u8>>,
}

/// What tells where a number comes from, and which pixels and strokes brought a guess about.
#[derive(Clone, Copy)]
pub struct Explanations {
    pub(crate) explain: for<'a> fn(&'a mut Session, u32, u32) -> Answering<'a>,
    pub(crate) excite: for<'a> fn(&'a mut Session, u32) -> Answering<'a>,
    pub(crate) replay: for<'a> fn(&'a mut Session, &'a [u8], Option<u32>) -> Answering<'a>,
    pub(crate) attribute: for<'a> fn(&'a mut Session, &'a [u8], Option<u32>) -> Answering<'a>,
}

/// An event and its buffers.
pub(crate) type Answer = (EventBody, Vec<Vec<u8>>);
/// An answer on its way.
pub(crate) type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answer>> + 'a>>;

impl Formats {
    /// All of it. A host that comes in parts calls this in a part of its own.
    #[expect(clippy::new_without_default, reason = "a default would come along with everything else")]
    pub fn new() -> Self {
        Self {
            script: |settings, transforms, steps_per_epoch| {
                let tree = language::parse(&settings.network)?;
                Ok(language::export(&tree, settings, transforms, steps_per_epoch))
            },
            read_weights: |bytes| Ok(StateDict::from_safetensors(bytes)?),
            write_weights: |weights| Ok(weights.to_safetensors()?),
            read_drawings: drawings::open,
            write_drawings: drawings::save,
        }
    }
}

impl Explanations {
    /// All of it. A host that comes in parts calls this in a part of its own.
    #[expect(clippy::new_without_default, reason = "a default would come along with everything else")]
    pub fn new() -> Self {
        Self {
            explain: |session, row, element| Box::pin(session.explain(row, element)),
            excite: |session, row| Box::pin(session.excite(row)),
            replay: |session, drawing, class| Box::pin(session.replay(drawing, class)),
            attribute: |session, drawing, class| Box::pin(session.attribute(drawing, class)),
        }
    }
}

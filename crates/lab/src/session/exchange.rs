//! What a session tells of its network, what leaves as a PyTorch project, and the weights that come back.

use protocol::{EventBody, GraphNode, GraphNodeKind, LayerInfo, Notice};

use super::Session;
use crate::error::Result;
use crate::{Formats, Outbox, settings};

impl Session {
    /// What stands ready, for the page.
    pub fn configured(&self, notice: Option<Notice>) -> EventBody {
        let network = self.trainer.network();
        let layers = network.layers().iter().map(|layer| LayerInfo {
            path: layer.path.clone(),
            text: layer.text.clone(),
            output_shape: dims(&layer.output),
            parameters: layer.parameters as u64,
            multiply_adds: layer.multiply_adds,
        });
        let graph = network.parts().iter().enumerate().map(|(index, part)| GraphNode {
            path: part.path.clone(),
            text: part.text.clone(),
            kind: match (index, part.is_module) {
                (0, _) => GraphNodeKind::Input,
                (_, true) => GraphNodeKind::Layer,
                (_, false) => GraphNodeKind::Function,
            },
            inputs: part.inputs.iter().map(|&input| input as u32).collect(),
            output_shape: dims(&part.output),
            parameters: part.parameters as u64,
            multiply_adds: part.multiply_adds,
        });
        let device = self.trainer.store().device();
        EventBody::Configured {
            device: settings::device_name(device).into(),
            adapter: device.adapter(),
            workers: self.work.workers,
            layers: layers.collect(),
            graph: graph.collect(),
            parameters: network.parameter_count() as u64,
            input: self.data.shape().map(|length| length as u32),
            classes: self.data.classes(),
            dataset: self.data.title().into(),
            training_examples: self.data.training().len() as u64,
            steps_per_epoch: self.sampler.steps_per_epoch(),
            step: self.trainer.steps(),
            notice,
        }
    }

    /// The run as a script, and its weights as a safetensors file.
    pub async fn export(&self, formats: &Formats) -> Result<(String, Vec<u8>)> {
        let script = (formats.script)(&self.settings, &self.data.transforms, self.sampler.steps_per_epoch())?;
        let weights = self.trainer.model().state_dict().await?;
        Ok((script, (formats.write_weights)(&weights)?))
    }

    /// Takes over the weights of a safetensors file, all of them or none, and says how many tensors they were. As in PyTorch, the
    /// optimiser keeps its states and the schedule its step.
    pub fn load(&mut self, formats: &Formats, bytes: &[u8], out: &mut Outbox) -> Result<u64> {
        let state = (formats.read_weights)(bytes)?;
        self.hurry_snapshots(out);
        self.trainer.model().load_state_dict(&state)?;
        self.sketches.forget_read();
        self.panels.refresh();
        self.evaluations.refresh();
        Ok(state.len() as u64)
    }
}

fn dims(shape: &chalkgrad::Shape) -> Vec<u32> {
    shape.dims().iter().map(|&dim| dim as u32).collect()
}

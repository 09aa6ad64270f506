//! The network at work on one picture: what every layer makes of it, what the loss thinks of that, the weights, and the very sum behind
//! a single number.

use std::collections::HashMap;

use chalkgrad::nn::NetworkGraph;
use chalkgrad::op::Op;
use chalkgrad::{Error, Gathering, Graph, NodeId, Probe, Tensor};
use datasets::{Batch, Dataset, Example, Examples};
use protocol::{EventBody, Guess, Inside, LayerSheet, Sheet, Split};

use super::judgement::{GUESSES, best, probabilities};
use super::{Session, examples, sheet};
use crate::data::rgb;
use crate::error::{LabError, Result};

/// Test pictures that are looked at for exciting ones, so many at a time; so many are kept of each channel, of the first channels.
const LOOKED_AT: usize = 1_000;
const TOGETHER: usize = 50;
const EXCITING: usize = 4;
const MOST_CHANNELS: usize = 64;

/// The chosen picture and the programs that look at it.
pub(super) struct Looks {
    pub(super) inside: Inside,
    /// The chosen test picture; `None` is the visitor's own.
    pub(super) picture: Option<u32>,
    own: Option<Dataset>,
    activations: Option<Probe>,
    gradients: Option<Probe>,
    /// By row of the layer table.
    sums: HashMap<usize, Probe>,
}

impl Default for Looks {
    fn default() -> Self {
        let (inside, picture) = (Inside::Activations, Some(0));
        Self { inside, picture, own: None, activations: None, gradients: None, sums: HashMap::new() }
    }
}

impl Looks {
    /// The trainer that they look at is gone.
    pub(super) fn forget_probes(&mut self) {
        (self.activations, self.gradients) = (None, None);
        self.sums.clear();
    }

    pub(super) fn set_own(&mut self, own: Dataset) {
        self.own = Some(own);
    }

    pub(super) fn has_own(&self) -> bool {
        self.own.is_some()
    }
}

/// What a panel sends.
type Drawn = (EventBody, Vec<Vec<u8>>);

impl Session {
    /// The visitor's own picture, `[C, H, W]`, and what the network takes it for.
    pub async fn bring(&mut self, pixels: Vec<u8>) -> Result<Vec<Guess>> {
        let (shape, classes) = (self.data.shape(), self.data.classes());
        let own = Dataset::new(shape, classes, pixels, vec![0]);
        self.looks.set_own(own.map_err(|error| LabError::Data { message: error.to_string() })?);
        self.panels.refresh();
        self.guess_own().await
    }

    pub(super) async fn guess_own(&mut self) -> Result<Vec<Guess>> {
        let Some(own) = &self.looks.own else { return Ok(Vec::new()) };
        let mut batch = Batch::new(1, self.data.shape())?;
        batch.fill(own, &[0], &self.data.transforms, None)?;
        let logits = self.trainer.model_mut().predict(&batch.images).await?;
        Ok(best(&probabilities(&logits, logits.len()), GUESSES))
    }

    /// The chosen picture in a batch of one; `None` where it has not arrived.
    fn chosen(&self) -> Result<Option<(Batch, Vec<u8>)>> {
        let (pictures, index): (&dyn Examples, usize) = match (self.looks.picture, &self.looks.own) {
            (Some(index), _) => (self.data.split(Split::Test), index as usize),
            (None, Some(own)) => (own, 0),
            (None, None) => return Ok(None),
        };
        let Some(example): Option<Example<'_>> = pictures.example(index) else { return Ok(None) };
        let mut batch = Batch::new(1, self.data.shape())?;
        batch.fill(pictures, &[index], &self.data.transforms, None)?;
        Ok(Some((batch, rgb(&example, self.data.shape()))))
    }

    /// Every layer, as the page asked to see them.
    pub(super) async fn inside(&mut self) -> Result<Option<Drawn>> {
        let (inside, picture) = (self.looks.inside, self.looks.picture);
        let Some((mut batch, pixels)) = self.chosen()? else { return Ok(None) };
        let label = picture.map(|_| batch.labels[0] as u32);
        let shown = match inside {
            Inside::Activations => {
                let mut shown = vec![(None, sheet::pictures("input", self.data.shape(), 1), pixels)];
                shown.extend(self.activations(&batch).await?);
                shown
            }
            Inside::Gradients => {
                if picture.is_none() {
                    batch.labels[0] = self.guess_own().await?.first().map_or(0.0, |guess| guess.class as f32);
                }
                self.gradients(&batch).await?
            }
            Inside::Weights => self.weights("parameter").await?,
            Inside::WeightGradients => self.weights("gradient").await?,
        };
        let (mut layers, mut buffers) = (Vec::new(), Vec::new());
        for (row, sheet, bytes) in shown {
            layers.push(LayerSheet { row, sheet });
            buffers.push(bytes);
        }
        Ok(Some((EventBody::InsideDrawn { step: self.trainer.steps(), inside, picture, label, layers }, buffers)))
    }

    async fn activations(&mut self, batch: &Batch) -> Result<Vec<(Option<u32>, Sheet, Vec<u8>)>> {
        let probe = match self.looks.activations.take() {
            Some(probe) => probe,
            None => self.trainer.model_mut().probe(1, |graph| graph.layers.clone()).await?,
        };
        let values = self.trainer.model().look(&probe, &batch.images).await?;
        self.looks.activations = Some(probe);
        Ok(values.iter().enumerate().map(|(row, values)| self.layer_sheet(row, values)).collect())
    }

    /// Of the loss of the one picture, with respect to it and to what every layer makes of it.
    async fn gradients(&mut self, batch: &Batch) -> Result<Vec<(Option<u32>, Sheet, Vec<u8>)>> {
        let probe = match self.looks.gradients.take() {
            Some(probe) => probe,
            None => self.trainer.model_mut().probe(1, loss_gradients).await?,
        };
        let values = self.trainer.model().look_at(&probe, examples(batch)).await?;
        self.looks.gradients = Some(probe);
        let Some((input, layers)) = values.split_first() else { return Ok(Vec::new()) };
        let (sheet, bytes) = sheet::planes("input", input, self.data.shape());
        let rows = layers.iter().enumerate().map(|(row, values)| self.layer_sheet(row, values));
        Ok([(None, sheet, bytes)].into_iter().chain(rows).collect())
    }

    fn layer_sheet(&self, row: usize, values: &[f32]) -> (Option<u32>, Sheet, Vec<u8>) {
        let layer = &self.trainer.network().layers()[row];
        let planes = match *layer.output.dims() {
            [channels, height, width] => [channels, height, width],
            _ => [1, 1, layer.output.elements()],
        };
        let (sheet, bytes) = sheet::planes(&format!("{}: {}", layer.path, layer.text), values, planes);
        (Some(row as u32), sheet, bytes)
    }

    /// The weights of every layer that has some, or what the last batch made of their gradients.
    async fn weights(&self, what: &str) -> Result<Vec<(Option<u32>, Sheet, Vec<u8>)>> {
        let mut shown = Vec::new();
        for (row, layer) in self.trainer.network().layers().iter().enumerate() {
            let path = if layer.path.is_empty() { "weight".into() } else { format!("{}.weight", layer.path) };
            let parameters = self.trainer.network().parameters();
            let Some(parameter) = parameters.iter().find(|parameter| parameter.path == path) else { continue };
            let values = self.trainer.store().read(&format!("{what}/{path}")).await?;
            let title = format!("{}: {}", layer.path, layer.text);
            let (sheet, bytes) = match *parameter.shape.dims() {
                [filters, channels, height, width] => {
                    sheet::filters(&title, &values, [filters, channels, height, width])
                }
                [rows, columns] => sheet::planes(&title, &values, [1, rows, columns]),
                _ => sheet::planes(&title, &values, [1, 1, values.len()]),
            };
            shown.push((Some(row as u32), sheet, bytes));
        }
        Ok(shown)
    }

    /// The sum behind one number of a layer's output for the chosen picture: what it read, the weights, and what came of it.
    pub async fn explain(&mut self, row: u32, element: u32) -> Result<Drawn> {
        let refuse = |message: &str| Err(LabError::Data { message: message.into() });
        let (row, element) = (row as usize, element as usize);
        let layers = self.trainer.network().layers();
        if layers.get(row).is_none_or(|layer| element >= layer.output.elements()) {
            return refuse("There is no such number in this network.");
        }
        let Some((batch, _)) = self.chosen()? else { return refuse("The chosen picture has not arrived.") };
        let loss = self.trainer.model().loss().clone();
        let built = self.trainer.network().graph(1, chalkgrad::nn::Mode::Evaluate, &loss)?;
        let output = built.tensor(built.layers[row]);
        let field = built.graph.receptive_field(output, element, built.tensor(built.images));
        let Some(origin) = built.graph.origin(output, element) else {
            return refuse("No single sum stands behind this number: the layer mixes more than a window.");
        };
        let probe = match self.looks.sums.remove(&row) {
            Some(probe) => probe,
            None => self.trainer.model_mut().probe(1, |graph| vec![origin.input, graph.layers[row]]).await?,
        };
        let values = self.trainer.model().look(&probe, &batch.images).await?;
        self.looks.sums.insert(row, probe);
        let terms: Vec<f32> = origin.terms.iter().map(|term| term.map_or(0.0, |place| values[0][place])).collect();
        let mut buffers = vec![bytes(&terms)];
        if let Some((weight, places)) = &origin.weights {
            let weight = self.leaf(&built.graph, *weight).await?;
            buffers.push(bytes(&places.iter().map(|&place| weight[place]).collect::<Vec<_>>()));
        }
        let bias = match origin.bias {
            Some((id, place)) => Some(self.leaf(&built.graph, id).await?[place]).filter(|bias| bias.is_finite()),
            None => None,
        };
        let (gathering, function) = match origin.gathering {
            Gathering::Sum => (protocol::Gathering::Sum, None),
            Gathering::Largest => (protocol::Gathering::Largest, None),
            Gathering::Mean => (protocol::Gathering::Mean, None),
            Gathering::Function(name) => (protocol::Gathering::Function, Some(name.to_owned())),
            _ => return refuse("No single sum stands behind this number."),
        };
        let body = EventBody::Explained {
            step: self.trainer.steps(),
            gathering,
            function,
            shape: origin.shape.map(|length| length as u32),
            bias,
            result: Some(values[1][element]).filter(|result| result.is_finite()),
            field: field.map(|[rows, columns]| [rows.start, rows.end, columns.start, columns.end].map(|at| at as u32)),
        };
        Ok((body, buffers))
    }

    /// The test pictures that excite each channel of a layer most, by its largest number.
    pub async fn excite(&mut self, row: u32) -> Result<Drawn> {
        let refuse = |message: &str| Err(LabError::Data { message: message.into() });
        let Some(layer) = self.trainer.network().layers().get(row as usize) else {
            return refuse("There is no such layer in this network.");
        };
        let (channels, size) = match *layer.output.dims() {
            [channels, height, width] => (channels.min(MOST_CHANNELS), height * width),
            _ => (layer.output.elements().min(MOST_CHANNELS), 1),
        };
        let elements = layer.output.elements();
        let (shape, test) = (self.data.shape(), self.data.split(Split::Test));
        let there: Vec<usize> =
            (0..LOOKED_AT.min(test.len())).take_while(|&index| test.example(index).is_some()).collect();
        if there.is_empty() {
            return refuse("The test pictures have not arrived.");
        }
        // By channel, the largest first.
        let mut best: Vec<Vec<(f32, usize)>> = vec![Vec::new(); channels];
        let probe = self.trainer.model_mut().probe(TOGETHER, |graph| vec![graph.layers[row as usize]]).await?;
        let mut batch = Batch::new(TOGETHER, shape)?;
        for indices in there.chunks(TOGETHER) {
            batch.fill(self.data.split(Split::Test), indices, &self.data.transforms, None)?;
            let values = self.trainer.model().look(&probe, &batch.images).await?;
            for (&index, values) in indices.iter().zip(values[0].chunks_exact(elements)) {
                for (best, plane) in best.iter_mut().zip(values.chunks_exact(size)) {
                    let largest = plane.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    let place = best.partition_point(|&(value, _)| value >= largest);
                    best.insert(place, (largest, index));
                    best.truncate(EXCITING);
                }
            }
        }
        let test = self.data.split(Split::Test);
        let pictures = best.iter().flatten().filter_map(|&(_, index)| test.example(index));
        let bytes: Vec<u8> = pictures.flat_map(|example| rgb(&example, shape)).collect();
        let each = EXCITING.min(there.len());
        let sheet = sheet::pictures("exciting pictures", shape, channels * each);
        let (step, examples) = (self.trainer.steps(), there.len() as u32);
        Ok((EventBody::Excited { step, row, each: each as u32, examples, sheet }, vec![bytes]))
    }

    /// The value of a leaf of the network's graph.
    async fn leaf(&self, graph: &Graph, id: NodeId) -> Result<Vec<f32>> {
        match graph.node(id).op {
            Op::Leaf { name } => Ok(self.trainer.store().read(&name).await?),
            _ => Err(Error::Unbound { name: "a weight that is computed".into() }.into()),
        }
    }
}

/// Of the loss, with respect to the picture and every layer's output.
fn loss_gradients(graph: &NetworkGraph) -> Vec<NodeId> {
    let of: Vec<Tensor<'_>> = [graph.images].iter().chain(&graph.layers).map(|&id| graph.tensor(id)).collect();
    let gradients = graph.graph.backward(graph.tensor(graph.loss), &of);
    gradients.map(|gradients| gradients.iter().map(|gradient| gradient.id()).collect()).unwrap_or_default()
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

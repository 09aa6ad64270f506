//! The pictures that the page asked for: each a probe of its own, drawn when its time has come and the page took the last.

use std::collections::HashMap;

use chalkgrad::nn::NetworkGraph;
use chalkgrad::{NodeId, Probe};
use datasets::Batch;
use protocol::{Event, EventBody, Guess, Panel, Picture, Split};

use super::{Session, sheet};
use crate::Outbox;
use crate::data::rgb;
use crate::error::Result;

/// Test pictures on the sheet of guesses.
const PICTURES: usize = 24;
/// Guesses shown beside a picture.
const GUESSES: usize = 3;
/// All panels together may take this share of the time.
const SHARE: f64 = 0.05;
/// Least seconds between two drawings of a panel.
const LEAST: f64 = 0.25;

/// What the page watches and how far each panel is.
#[derive(Default)]
pub(super) struct Panels {
    watched: HashMap<Panel, Watched>,
    picture: u32,
    guesses: Option<Probe>,
    activations: Option<Probe>,
}

struct Watched {
    /// The page has drawn the last one.
    acknowledged: bool,
    /// The step that was drawn last; `None` to draw again whatever the step.
    drawn: Option<u64>,
    not_before: f64,
}

impl Panels {
    pub(super) fn watch(&mut self, panels: &[Panel], picture: u32) {
        let moved = std::mem::replace(&mut self.picture, picture) != picture;
        self.watched.retain(|panel, _| panels.contains(panel));
        for &panel in panels {
            let fresh = Watched { acknowledged: true, drawn: None, not_before: 0.0 };
            let watched = self.watched.entry(panel).or_insert(fresh);
            if moved && panel == Panel::Activations {
                (watched.drawn, watched.not_before) = (None, 0.0);
            }
        }
    }

    pub(super) fn acknowledge(&mut self, panel: Panel) {
        if let Some(watched) = self.watched.get_mut(&panel) {
            watched.acknowledged = true;
        }
    }

    /// Everything is drawn again, as after a reset.
    pub(super) fn refresh(&mut self) {
        self.watched.values_mut().for_each(|watched| watched.drawn = None);
    }

    /// A panel whose turn it is.
    fn due(&self, step: u64, now: f64) -> Option<Panel> {
        let due = self.watched.iter().filter(|(_, watched)| {
            watched.acknowledged
                && watched.drawn != Some(step)
                && (watched.drawn.is_none() || now >= watched.not_before)
        });
        due.min_by(|(_, a), (_, b)| a.not_before.total_cmp(&b.not_before)).map(|(&panel, _)| panel)
    }
}

impl Session {
    /// Draws the panel whose turn it is. False where there is none, or its pictures have not arrived.
    pub(super) async fn draw_panels(&mut self, out: &mut Outbox) -> Result<bool> {
        let (step, began) = (self.trainer.steps(), (self.clock)());
        let Some(panel) = self.panels.due(step, began) else { return Ok(false) };
        let drawn = match panel {
            Panel::Predictions => self.predictions().await?,
            Panel::Filters => self.filters().await?,
            Panel::Activations => self.activations().await?,
        };
        let now = (self.clock)();
        let share = SHARE / self.panels.watched.len() as f64;
        let Some(watched) = self.panels.watched.get_mut(&panel) else { return Ok(false) };
        watched.not_before = now + ((now - began) / share).max(LEAST);
        let Some((body, buffers)) = drawn else { return Ok(false) };
        (watched.acknowledged, watched.drawn) = (false, Some(step));
        out.send(Event { run: self.run, reply_to: None, body }, buffers);
        Ok(true)
    }

    /// Test pictures with the network's best guesses.
    async fn predictions(&mut self) -> Result<Option<(EventBody, Vec<Vec<u8>>)>> {
        let shape = self.data.shape();
        let pictures = self.data.split(Split::Test);
        let examples: Option<Vec<_>> = (0..PICTURES).map(|index| pictures.example(index)).collect();
        let Some(examples) = examples else { return Ok(None) };
        let bytes = examples.iter().flat_map(|example| rgb(example, shape)).collect();
        let labels: Vec<u32> = examples.iter().map(|example| u32::from(example.label)).collect();
        let mut batch = Batch::new(PICTURES, shape)?;
        let indices: Vec<usize> = (0..PICTURES).collect();
        batch.fill(pictures, &indices, &self.data.transforms, None)?;

        let probe = match self.panels.guesses.take() {
            Some(probe) => probe,
            None => self.trainer.model_mut().probe(PICTURES, probabilities).await?,
        };
        let values = self.trainer.model().look(&probe, &batch.images).await?;
        self.panels.guesses = Some(probe);
        let classes = self.trainer.network().output().elements();
        let rows = values[0].chunks_exact(classes).zip(&labels).enumerate();
        let pictures: Vec<Picture> =
            rows.map(|(index, (row, &label))| Picture { index: index as u32, label, guesses: best(row) }).collect();
        let right = pictures.iter().filter(|picture| picture.guesses[0].class == picture.label).count();
        let body = EventBody::Predicted {
            step: self.trainer.steps(),
            sheet: sheet::pictures("test pictures", shape, PICTURES),
            pictures,
            accuracy: right as f32 / PICTURES as f32,
            examples: PICTURES as u64,
        };
        Ok(Some((body, vec![bytes])))
    }

    /// The first convolution's weight.
    async fn filters(&mut self) -> Result<Option<(EventBody, Vec<Vec<u8>>)>> {
        let first = self.trainer.network().parameters().iter().find(|parameter| parameter.shape.rank() == 4).cloned();
        let Some(parameter) = first else { return Ok(None) };
        let values = self.trainer.model().parameter(&parameter.path).await?;
        let dims = [0, 1, 2, 3].map(|axis| parameter.shape.dims()[axis]);
        let layer = parameter.path.rsplit_once('.').map_or("", |(layer, _)| layer).to_owned();
        let (sheet, bytes) = sheet::filters(&parameter.path, &values, dims);
        Ok(Some((EventBody::FiltersDrawn { step: self.trainer.steps(), layer, sheet }, vec![bytes])))
    }

    /// The watched picture and what every layer makes of it.
    async fn activations(&mut self) -> Result<Option<(EventBody, Vec<Vec<u8>>)>> {
        let shape = self.data.shape();
        let pictures = self.data.split(Split::Test);
        let index = self.panels.picture as usize % PICTURES;
        let Some(example) = pictures.example(index) else { return Ok(None) };
        let picture = rgb(&example, shape);
        let mut batch = Batch::new(1, shape)?;
        batch.fill(pictures, &[index], &self.data.transforms, None)?;

        let probe = match self.panels.activations.take() {
            Some(probe) => probe,
            None => self.trainer.model_mut().probe(1, |graph| graph.layers.clone()).await?,
        };
        let values = self.trainer.model().look(&probe, &batch.images).await?;
        self.panels.activations = Some(probe);
        let mut layers = vec![sheet::pictures("input", shape, 1)];
        let mut buffers = vec![picture];
        for (layer, values) in self.trainer.network().layers().iter().zip(&values) {
            let planes = match *layer.output.dims() {
                [channels, height, width] => [channels, height, width],
                _ => [1, 1, layer.output.elements()],
            };
            let (sheet, bytes) = sheet::planes(&format!("{}: {}", layer.path, layer.text), values, planes);
            layers.push(sheet);
            buffers.push(bytes);
        }
        let body = EventBody::ActivationsDrawn { step: self.trainer.steps(), picture: index as u32, layers };
        Ok(Some((body, buffers)))
    }
}

fn probabilities(graph: &NetworkGraph) -> Vec<NodeId> {
    vec![graph.tensor(graph.logits).softmax(1).id()]
}

/// The best guesses of one row of probabilities, best first.
fn best(row: &[f32]) -> Vec<Guess> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_unstable_by(|&a, &b| row[b].total_cmp(&row[a]).then(a.cmp(&b)));
    order
        .into_iter()
        .take(GUESSES)
        .map(|class| Guess { class: class as u32, probability: finite(row[class]) })
        .collect()
}

/// JSON has no NaN.
fn finite(value: f32) -> f32 {
    if value.is_finite() { value } else { 0.0 }
}

//! The pictures that the page asked for: each a probe of its own, drawn when its time has come and the page took the last.

use std::collections::HashMap;

use chalkgrad::nn::{NetworkGraph, Role};
use chalkgrad::{NodeId, Probe};
use datasets::{Batch, Example, Transforms};
use protocol::{Event, EventBody, Panel, Picture, Sheet, Split};

use super::judgement::{GUESSES, best};
use super::{Session, examples, sheet};
use crate::Outbox;
use crate::data::rgb;
use crate::error::{LabError, Result};

/// Test pictures on the sheet of guesses.
const PICTURES: usize = 24;
/// Training pictures on the strip of augmented ones.
const AUGMENTED: usize = 8;
/// Most pictures of one `picture` command.
const MOST_PICTURES: usize = 256;
/// All panels together may take this share of the time that all workers have: while one is drawn, they all wait.
const SHARE: f64 = 0.04;
/// Least seconds between two drawings of a panel.
const LEAST: f64 = 0.25;

/// What the page watches and how far each panel is.
#[derive(Default)]
pub(super) struct Panels {
    watched: HashMap<Panel, Watched>,
    guesses: Option<Probe>,
}

struct Watched {
    /// The page has drawn the last one.
    acknowledged: bool,
    /// The step that was drawn last; `None` to draw again whatever the step.
    drawn: Option<u64>,
    not_before: f64,
    /// Seconds that it took to draw.
    took: f64,
}

impl Panels {
    /// `moved`: another picture is looked into, or it is looked into otherwise.
    pub(super) fn watch(&mut self, panels: &[Panel], moved: bool) {
        self.watched.retain(|panel, _| panels.contains(panel));
        for &panel in panels {
            let fresh = Watched { acknowledged: true, drawn: None, not_before: 0.0, took: 0.0 };
            let watched = self.watched.entry(panel).or_insert(fresh);
            if moved && panel == Panel::Inside {
                (watched.drawn, watched.not_before) = (None, 0.0);
            }
        }
    }

    pub(super) fn acknowledge(&mut self, panel: Panel) {
        if let Some(watched) = self.watched.get_mut(&panel) {
            watched.acknowledged = true;
        }
    }

    /// The trainer that they look at is gone.
    pub(super) fn forget_probes(&mut self) {
        self.guesses = None;
    }

    /// Everything is drawn again, as after a reset.
    pub(super) fn refresh(&mut self) {
        self.watched.values_mut().for_each(|watched| watched.drawn = None);
    }

    /// The visitor's own picture is another: what shows it is drawn again when its time comes.
    pub(super) fn look_again(&mut self) {
        for panel in [Panel::Inside, Panel::Own] {
            if let Some(watched) = self.watched.get_mut(&panel) {
                watched.drawn = watched.drawn.map(|_| u64::MAX);
            }
        }
    }

    /// A panel was drawn from `began` to `now`. It comes again once all the others had their turn: equally often, and together in
    /// their share.
    fn drew(&mut self, panel: Panel, began: f64, now: f64, workers: u32) {
        if let Some(watched) = self.watched.get_mut(&panel) {
            watched.took = now - began;
        }
        let round: f64 = self.watched.values().map(|watched| watched.took).sum();
        if let Some(watched) = self.watched.get_mut(&panel) {
            watched.not_before = now + (round * f64::from(workers) / SHARE).max(LEAST);
        }
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
            Panel::Inside => self.inside().await?,
            Panel::Own => self.own().await?,
            Panel::Augmented => self.augmented()?,
            Panel::Costs => self.costs().await?,
        };
        self.panels.drew(panel, began, (self.clock)(), self.work.workers);
        let Some(watched) = self.panels.watched.get_mut(&panel) else { return Ok(false) };
        let Some((body, buffers)) = drawn else { return Ok(false) };
        (watched.acknowledged, watched.drawn) = (false, Some(step));
        out.send(Event { run: self.run, reply_to: None, body }, buffers);
        Ok(true)
    }

    /// These pictures of a split as they are.
    pub fn picture(&self, split: Split, wanted: &[u32]) -> Result<(Sheet, Vec<u8>)> {
        let (pictures, shape) = (self.data.split(split), self.data.shape());
        let refuse = |message: String| Err(LabError::Data { message });
        if wanted.is_empty() || wanted.len() > MOST_PICTURES {
            return refuse(format!(
                "Between 1 and {MOST_PICTURES} pictures can be asked for at once, not {}.",
                wanted.len()
            ));
        }
        let mut bytes = Vec::new();
        for &index in wanted {
            let Some(example) = pictures.example(index as usize) else {
                return refuse(format!("Picture {index} has not arrived, or there is none of that number."));
            };
            bytes.extend(rgb(&example, shape));
        }
        Ok((sheet::pictures("pictures", shape, wanted.len()), bytes))
    }

    /// Test pictures with the network's best guesses.
    async fn predictions(&mut self) -> Result<Option<(EventBody, Vec<Vec<u8>>)>> {
        let shape = self.data.shape();
        let pictures = self.data.split(Split::Test);
        // Drawings lie category by category: the sheet shows some of each.
        let count = PICTURES.min(pictures.len());
        let apart = if self.data.raster().is_some() { pictures.len() / count.max(1) } else { 1 };
        let indices: Vec<usize> = (0..count).map(|place| place * apart).collect();
        let examples: Option<Vec<_>> = indices.iter().map(|&index| pictures.example(index)).collect();
        let Some(examples) = examples else { return Ok(None) };
        let bytes = examples.iter().flat_map(|example| rgb(example, shape)).collect();
        let labels: Vec<u32> = examples.iter().map(|example| u32::from(example.label)).collect();
        let mut batch = Batch::new(PICTURES, shape)?;
        batch.fill(pictures, &indices, &self.data.transforms, None)?;

        let probe = match self.panels.guesses.take() {
            Some(probe) => probe,
            None => self.trainer.model_mut().probe(PICTURES, probabilities).await?,
        };
        let values = self.trainer.model().look(&probe, &batch.images).await?;
        self.panels.guesses = Some(probe);
        let classes = self.trainer.network().output().elements();
        let rows = values[0].chunks_exact(classes).zip(&labels).zip(indices);
        let pictures: Vec<Picture> = rows
            .map(|((row, &label), index)| Picture { index: index as u32, label, guesses: best(row, GUESSES) })
            .collect();
        let right = pictures.iter().filter(|picture| picture.guesses[0].class == picture.label).count();
        let body = EventBody::Predicted {
            step: self.trainer.steps(),
            sheet: sheet::pictures("test pictures", shape, count),
            pictures,
            accuracy: right as f32 / count as f32,
            examples: count as u64,
        };
        Ok(Some((body, vec![bytes])))
    }

    /// What the visitor's own picture is taken for.
    async fn own(&mut self) -> Result<Option<(EventBody, Vec<Vec<u8>>)>> {
        if !self.looks.has_own() {
            return Ok(None);
        }
        let guesses = self.guess_own().await?;
        Ok(Some((EventBody::OwnGuessed { step: self.trainer.steps(), guesses }, Vec::new())))
    }

    /// The next step's first pictures, as it will see them.
    fn augmented(&mut self) -> Result<Option<(EventBody, Vec<Vec<u8>>)>> {
        let (step, shape) = (self.trainer.steps(), self.data.shape());
        if !self.data.has(&self.sampler.needs(step)) {
            return Ok(None);
        }
        let position = self.sampler.position(step);
        let indices: Vec<usize> = position.indices.iter().copied().take(AUGMENTED).collect();
        let mut batch = Batch::new(indices.len(), shape)?;
        // As bytes again: no transform.
        let plain = Transforms { scale: 1.0, mean: vec![0.0; shape[0]], deviation: vec![1.0; shape[0]] };
        self.data.fill(&mut batch, &indices, &plain, &self.settings, position.epoch)?;
        let bytes: Vec<u8> = batch.images.iter().map(|&value| value as u8).collect();
        let size = shape.iter().product::<usize>();
        let pictures = bytes.chunks_exact(size).flat_map(|pixels| rgb(&Example { pixels, label: 0 }, shape)).collect();
        let sheet = sheet::pictures("augmented", shape, indices.len());
        Ok(Some((EventBody::AugmentedDrawn { step, sheet }, vec![pictures])))
    }

    /// What a step takes, part by part; nothing before the first one was reported.
    async fn costs(&mut self) -> Result<Option<(EventBody, Vec<Vec<u8>>)>> {
        if self.step_seconds == 0.0 || self.batch.weights.iter().all(|&weight| weight == 0.0) {
            return Ok(None);
        }
        let costs = self.trainer.costs(examples(&self.batch), self.step_seconds, self.clock).await?;
        let milliseconds = |seconds: f64| 1000.0 * seconds;
        let body = EventBody::Costed {
            step: self.trainer.steps(),
            loading: milliseconds(self.loading),
            forward: milliseconds(costs.forward),
            backward: milliseconds(costs.backward),
            update: milliseconds(costs.update),
            l2: Some(self.decayed().await? as f32).filter(|l2| l2.is_finite()),
        };
        Ok(Some((body, Vec::new())))
    }

    /// Half the weight decay times the sum of squares of what decays.
    async fn decayed(&self) -> Result<f64> {
        let options = self.trainer.options();
        let mut squares = 0.0;
        for parameter in self.trainer.network().parameters() {
            if options.decay_biases || parameter.role != Role::Bias {
                let values = self.trainer.model().parameter(&parameter.path).await?;
                squares += values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
            }
        }
        Ok(0.5 * self.settings.optimizer.weight_decay() * squares)
    }

    /// The first convolution's weight.
    async fn filters(&mut self) -> Result<Option<(EventBody, Vec<Vec<u8>>)>> {
        let Some((layer, sheet, bytes)) = self.first_filters().await? else { return Ok(None) };
        Ok(Some((EventBody::FiltersDrawn { step: self.trainer.steps(), layer, sheet }, vec![bytes])))
    }

    /// Its layer, and its weight as tiles.
    pub(super) async fn first_filters(&self) -> Result<Option<(String, Sheet, Vec<u8>)>> {
        let first = self.trainer.network().parameters().iter().find(|parameter| parameter.shape.rank() == 4).cloned();
        let Some(parameter) = first else { return Ok(None) };
        let values = self.trainer.model().parameter(&parameter.path).await?;
        let dims = [0, 1, 2, 3].map(|axis| parameter.shape.dims()[axis]);
        let layer = parameter.path.rsplit_once('.').map_or("", |(layer, _)| layer).to_owned();
        let (sheet, bytes) = sheet::filters(&parameter.path, &values, dims);
        Ok(Some((layer, sheet, bytes)))
    }
}

fn probabilities(graph: &NetworkGraph) -> Vec<NodeId> {
    vec![graph.tensor(graph.logits).softmax(1).id()]
}

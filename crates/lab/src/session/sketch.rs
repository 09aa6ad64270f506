//! A drawing on the pad: what the network takes it for, how that came about stroke by stroke, what mattered, and which training
//! drawings are like it.

use std::collections::HashMap;
use std::ops::Range;

use chalkgrad::order::{distinct, order};
use chalkgrad::{NodeId, Probe, nn::NetworkGraph};
use datasets::{Batch, Dataset, DrawnPictures, Raster};
use protocol::{Drawing, Event, EventBody, Neighbour, beginning};

use super::judgement::{best, probabilities};
use super::{Session, sheet};
use crate::Outbox;
use crate::error::{LabError, Result};

/// Guesses for a drawing; among as many categories its like is looked for.
const GUESSES: usize = 5;
/// Drawings that go through the network together.
const TOGETHER: usize = 28;
/// Most points of a drawing, and most strokes that are weighed.
const MOST_POINTS: usize = 100_000;
const MOST_STROKES: usize = 100;
/// Moments of a drawing that are told.
const MOMENTS: usize = 48;
/// Classes whose probabilities are told of every moment.
const TOLD: usize = 5;
/// A place's part is what is lost where a square of so many pixels around it is erased; such squares lie so far apart.
const ERASED: usize = 5;
const APART: usize = 2;
/// Training drawings that are shown.
const NEIGHBOURS: usize = 12;

/// What was read of training drawings, and who waits for it.
#[derive(Default)]
pub(super) struct Sketches {
    probe: Option<Probe>,
    /// By category: of which step, and what the last layer reads of each drawing.
    read: HashMap<usize, (u64, Vec<Vec<f32>>)>,
    waiting: Vec<Waiting>,
}

/// A drawing whose like is looked for.
struct Waiting {
    pixels: Vec<u8>,
    categories: Vec<usize>,
    reply_to: u32,
}

impl Sketches {
    /// The trainer that they look at is gone.
    pub(super) fn forget_probes(&mut self) {
        self.probe = None;
        self.forget_read();
    }

    /// The weights are others, although the step may be the same.
    pub(super) fn forget_read(&mut self) {
        self.read.clear();
    }

    /// Who still waits, for the last time.
    pub(super) fn unanswered(&mut self) -> impl Iterator<Item = u32> + use<> {
        std::mem::take(&mut self.waiting).into_iter().map(|waiting| waiting.reply_to)
    }
}

impl Session {
    /// The best guesses for a drawing, which becomes the visitor's own picture.
    pub async fn sketch(&mut self, bytes: &[u8]) -> Result<(EventBody, Vec<Vec<u8>>)> {
        let began = (self.clock)();
        let (drawing, raster) = self.drawing(bytes)?;
        let pixels = raster.draw(&drawing);
        let guesses = self.guess(std::slice::from_ref(&pixels)).await?;
        let milliseconds = 1000.0 * ((self.clock)() - began);
        let own = Dataset::new(self.data.shape(), self.data.classes(), pixels.clone(), vec![0]);
        self.looks.set_own(own.map_err(|error| LabError::Data { message: error.to_string() })?);
        self.panels.look_again();
        let sheet = sheet::drawings("as the network sees it", [1, raster.side, raster.side]);
        Ok((EventBody::Sketched { guesses: best(&guesses, GUESSES), milliseconds, sheet }, vec![pixels]))
    }

    /// What a drawing was taken for while it came about.
    pub async fn replay(&mut self, bytes: &[u8], class: Option<u32>) -> Result<(EventBody, Vec<Vec<u8>>)> {
        let (drawing, raster) = self.drawing(bytes)?;
        let points = moments(&drawing);
        let pictures: Vec<Vec<u8>> = points.iter().map(|&points| raster.draw(&beginning(&drawing, points))).collect();
        let rows = self.guess(&pictures).await?;
        let classes = self.classes();
        let last = rows.chunks_exact(classes).next_back().unwrap_or_default();
        let mut told: Vec<usize> =
            class.map(|class| class as usize).filter(|&class| class < classes).into_iter().collect();
        told.extend(
            best(last, TOLD).iter().map(|guess| guess.class as usize).filter(|guess| Some(*guess as u32) != class),
        );
        told.truncate(TOLD);
        let of_moment = |row: &[f32]| told.iter().map(|&class| row[class]).collect::<Vec<_>>();
        let numbers: Vec<u8> =
            rows.chunks_exact(classes).flat_map(of_moment).flat_map(|probability| probability.to_le_bytes()).collect();
        let (points, classes) = (points.iter().map(|&points| points as u32), told.iter().map(|&class| class as u32));
        Ok((EventBody::Replayed { points: points.collect(), classes: classes.collect() }, vec![numbers]))
    }

    /// What of a drawing makes a class probable.
    pub async fn attribute(&mut self, bytes: &[u8], class: Option<u32>) -> Result<(EventBody, Vec<Vec<u8>>)> {
        let (drawing, raster) = self.drawing(bytes)?;
        let (classes, whole) = (self.classes(), raster.draw(&drawing));
        let guesses = self.guess(std::slice::from_ref(&whole)).await?;
        let class = match class {
            Some(class) if (class as usize) < classes => class,
            Some(class) => return refuse(format!("There is no class {class} in this network.")),
            None => best(&guesses, 1).first().map_or(0, |guess| guess.class),
        };
        let of_class = |rows: Vec<f32>| rows.chunks_exact(classes).map(|row| row[class as usize]).collect::<Vec<f32>>();

        let strokes = drawing.len().min(MOST_STROKES);
        let rest = |left_out: usize| {
            let kept = drawing.iter().enumerate().filter(|(place, _)| *place != left_out);
            kept.map(|(_, stroke)| stroke.clone()).collect::<Drawing>()
        };
        let pictures: Vec<Vec<u8>> = (0..strokes).map(|stroke| raster.draw(&rest(stroke))).collect();
        let without = of_class(self.guess(&pictures).await?);

        let (squares, pictures) = erasures(&whole, raster.side);
        let erased = of_class(self.guess(&pictures).await?);
        let probability = guesses[class as usize];
        let side = raster.side.div_ceil(APART);
        let mut losses = vec![0.0; side * side];
        for (square, erased) in squares.into_iter().zip(erased) {
            losses[square] = probability - erased;
        }
        let (sheet, bytes) = sheet::planes("what mattered", &losses, [1, side, side]);
        Ok((EventBody::Attributed { class, probability, without, sheet }, vec![bytes]))
    }

    /// Looks for training drawings that are like this one; `reply_to` is answered once their files are there.
    pub async fn neighbours(&mut self, bytes: &[u8], reply_to: u32) -> Result<()> {
        let (drawing, raster) = self.drawing(bytes)?;
        let pixels = raster.draw(&drawing);
        let guesses = self.guess(std::slice::from_ref(&pixels)).await?;
        let categories: Vec<usize> = best(&guesses, GUESSES).iter().map(|guess| guess.class as usize).collect();
        self.try_again();
        categories.iter().for_each(|&category| self.data.want_category(category));
        self.sketches.waiting.push(Waiting { pixels, categories, reply_to });
        Ok(())
    }

    /// Answers whoever waits for drawings that have come by now.
    pub(super) async fn answer_neighbours(&mut self, out: &mut Outbox) -> Result<()> {
        let is_settled = |waiting: &Waiting| waiting.categories.iter().all(|&category| self.data.is_settled(category));
        let Some(place) = self.sketches.waiting.iter().position(is_settled) else { return Ok(()) };
        let Waiting { pixels, categories, reply_to } = self.sketches.waiting.remove(place);
        let (body, buffers) = self.find_neighbours(&pixels, &categories).await?;
        out.send(Event { run: self.run, reply_to: Some(reply_to), body }, buffers);
        Ok(())
    }

    async fn find_neighbours(&mut self, pixels: &[u8], categories: &[usize]) -> Result<(EventBody, Vec<Vec<u8>>)> {
        let step = self.trainer.steps();
        let wanted = self.features(&[pixels.to_vec()]).await?.remove(0);
        let mut found: Vec<(f32, usize, usize)> = Vec::new();
        let mut examples = 0;
        for &category in categories {
            if self.sketches.read.get(&category).is_none_or(|(of, _)| *of != step) {
                let pictures: Vec<Vec<u8>> = self.data.drawings_of(category).into_iter().map(<[u8]>::to_vec).collect();
                let read = self.features(&pictures).await?;
                self.sketches.read.insert(category, (step, read));
            }
            let (_, read) = &self.sketches.read[&category];
            examples += read.len() as u32;
            found.extend(read.iter().enumerate().map(|(place, features)| (cosine(&wanted, features), category, place)));
        }
        if found.is_empty() {
            let message = "The drawings of these categories could not be loaded.".into();
            return Ok((EventBody::Failed { message, place: None }, Vec::new()));
        }
        let order = order(found.len(), &|a, b| found[b].0.total_cmp(&found[a].0));
        let found: Vec<_> = order.into_iter().take(NEIGHBOURS).map(|place| found[place]).collect();
        let side = Raster::PAD.side;
        let drawing = |&(_, category, place): &(f32, usize, usize)| self.data.drawings_of(category).get(place).copied();
        let bytes: Vec<u8> = found.iter().filter_map(drawing).flatten().copied().collect();
        let neighbours =
            found.iter().map(|&(similarity, category, _)| Neighbour { class: category as u32, similarity });
        let sheet = sheet::drawings("training drawings", [found.len(), side, side]);
        Ok((EventBody::Neighboured { neighbours: neighbours.collect(), examples, sheet }, vec![bytes]))
    }

    /// What the last layer reads of each picture.
    async fn features(&mut self, pictures: &[Vec<u8>]) -> Result<Vec<Vec<f32>>> {
        let probe = match self.sketches.probe.take() {
            Some(probe) => probe,
            None => self.trainer.model_mut().probe(TOGETHER, before_last).await?,
        };
        let mut features = Vec::with_capacity(pictures.len());
        for pictures in pictures.chunks(TOGETHER) {
            let batch = self.batch_of(pictures, TOGETHER)?;
            let values = self.trainer.model().look(&probe, &batch.images).await?;
            let width = (values[0].len() / TOGETHER).max(1);
            features.extend(values[0].chunks_exact(width).take(pictures.len()).map(<[f32]>::to_vec));
        }
        self.sketches.probe = Some(probe);
        Ok(features)
    }

    /// Probabilities of every class, picture by picture.
    async fn guess(&mut self, pictures: &[Vec<u8>]) -> Result<Vec<f32>> {
        let (classes, mut rows) = (self.classes(), Vec::new());
        let together = if pictures.len() == 1 { 1 } else { TOGETHER };
        for pictures in pictures.chunks(together) {
            let batch = self.batch_of(pictures, together)?;
            let logits = self.trainer.model_mut().predict(&batch.images).await?;
            rows.extend(probabilities(&logits[..pictures.len() * classes], classes));
        }
        Ok(rows)
    }

    fn batch_of(&self, pictures: &[Vec<u8>], size: usize) -> Result<Batch> {
        let pictures: Vec<_> = pictures.iter().map(|pixels| (pixels.clone(), 0)).collect();
        let indices: Vec<usize> = (0..pictures.len()).collect();
        let mut batch = Batch::new(size, self.data.shape())?;
        batch.fill(&DrawnPictures { side: Raster::PAD.side, pictures }, &indices, &self.data.transforms, None)?;
        Ok(batch)
    }

    fn classes(&self) -> usize {
        self.trainer.network().output().elements()
    }

    /// The one drawing of a message, and how it becomes a picture.
    fn drawing(&self, bytes: &[u8]) -> Result<(Drawing, Raster)> {
        let Some(raster) = self.data.raster() else {
            return refuse("This network learns photographs: it cannot be shown a drawing.".into());
        };
        let mut drawings = protocol::read_drawings(bytes).unwrap_or_default();
        let Some(drawing) = drawings.pop().filter(|_| drawings.is_empty()) else {
            return refuse("One drawing was expected beside the message.".into());
        };
        let points: usize = drawing.iter().map(Vec::len).sum();
        match points {
            0 => refuse("There is nothing on the pad yet.".into()),
            1..=MOST_POINTS => Ok((drawing, raster)),
            _ => refuse(format!("A drawing of {points} points is more than the {MOST_POINTS} that are looked at.")),
        }
    }
}

fn refuse<T>(message: String) -> Result<T> {
    Err(LabError::Data { message })
}

/// What the layer before the last one makes of a picture; of a network of one layer, the picture.
fn before_last(graph: &NetworkGraph) -> Vec<NodeId> {
    vec![graph.layers.iter().rev().nth(1).copied().unwrap_or(graph.images)]
}

/// After how many points a drawing is looked at: at even distances, and at the end of every stroke.
fn moments(drawing: &Drawing) -> Vec<usize> {
    let all: usize = drawing.iter().map(Vec::len).sum();
    let ends = drawing.iter().scan(0, |sum, stroke| {
        *sum += stroke.len();
        Some(*sum)
    });
    let even = (1..=MOMENTS).map(|moment| (moment * all).div_ceil(MOMENTS));
    distinct(&even.chain(ends.filter(|&end| end > 0).take(MOST_STROKES)).collect::<Vec<_>>())
}

/// The picture without the ink of a square, for each square that has some, and which squares those are.
fn erasures(pixels: &[u8], side: usize) -> (Vec<usize>, Vec<Vec<u8>>) {
    let across = side.div_ceil(APART);
    let reach = |centre: usize| -> Range<usize> {
        let first = (centre * APART).saturating_sub(ERASED / 2);
        first..(centre * APART + ERASED / 2 + 1).min(side)
    };
    let mut found = (Vec::new(), Vec::new());
    for square in 0..across * across {
        let (rows, columns) = (reach(square / across), reach(square % across));
        let mut erased = pixels.to_vec();
        for row in rows {
            erased[row * side..][columns.clone()].fill(0);
        }
        if erased != pixels {
            found.0.push(square);
            found.1.push(erased);
        }
    }
    found
}

/// Of the angle between two lists of numbers; 0 where one is all zeros.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { (dot(a, b) / lengths) as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_looked_at_at_the_end_of_every_stroke() {
        let drawing = vec![vec![[0.0; 2]; 10], vec![], vec![[1.0; 2]; 3]];
        let moments = moments(&drawing);
        assert_eq!(moments, (1..=13).collect::<Vec<_>>());
        assert_eq!(beginning(&drawing, 11), vec![vec![[0.0; 2]; 10], vec![[1.0; 2]]]);
        assert_eq!(super::moments(&vec![vec![[0.0; 2]; 48 * 7 + 1]]).len(), MOMENTS);
    }

    #[test]
    fn only_squares_with_ink_are_erased() {
        let mut pixels = vec![0; 28 * 28];
        pixels[0] = 255;
        let (squares, pictures) = erasures(&pixels, 28);
        assert_eq!(squares, [0, 1, 14, 15], "whose middles are at most two pixels away");
        assert!(pictures.iter().flatten().all(|&pixel| pixel == 0));
    }

    #[test]
    fn likeness_knows_no_length() {
        assert!((cosine(&[1.0, 2.0], &[2.0, 4.0]) - 1.0).abs() < 1e-6);
        assert_eq!(cosine(&[1.0, 0.0], &[0.0, 3.0]), 0.0);
        assert_eq!(cosine(&[0.0], &[0.0]), 0.0);
    }
}

//! `chalkgrad pretrain`: trains a network that we ship by its recipe, and writes it with its card.

mod averaging;
mod card;
mod checkpoint;
mod crew;
mod recipe;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use chalkgrad::nn::Loss;
use chalkgrad::{Device, Examples, Model, RING, Trainer};
use datasets::{Batch, Sampler, Sampling};
use lab::Channel;

use self::averaging::Averaging;
use self::checkpoint::{Checkpoint, Entry, Header};
use self::recipe::Recipe;
use crate::device::clock;
use crate::judge::{Judgement, judge};
use crate::pictures::{Pictures, Place};

/// Seconds between two checkpoints, at least: they are written at the end of an epoch.
const CHECKPOINT_EVERY: f64 = 60.0;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The recipe is NAME.toml; NAME.safetensors, NAME.json and NAME.md are written beside it.
    name: String,
    /// Go on from the last checkpoint, if there is one.
    #[arg(long)]
    resume: bool,
    /// Instead of the recipe's.
    #[arg(long)]
    seed: Option<u64>,
    /// That share each batch.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Stop after so many epochs, to go on later.
    #[arg(long)]
    stop_after: Option<u64>,
    /// Where recipes lie.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Where the checkpoint and the log go.
    #[arg(long, default_value = "checkpoints")]
    checkpoints: PathBuf,
    /// The folder that `chalkgrad data` wrote.
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut recipe = Recipe::read(&arguments.models.join(format!("{}.toml", arguments.name)))?;
    recipe.seed = arguments.seed.unwrap_or(recipe.seed);
    fs::create_dir_all(&arguments.checkpoints)?;
    let pictures = recipe.data.open(&arguments.data)?;
    let file = arguments.checkpoints.join(format!("{}.checkpoint", arguments.name));
    let mut run = Run::new(recipe, pictures, arguments.threads.max(1), file)?;
    if arguments.resume {
        run.resume()?;
    }
    if run.train(arguments.stop_after)? {
        card::ship(&mut run, &arguments.models, &arguments.name)?;
    }
    Ok(())
}

/// A recipe in training.
struct Run {
    recipe: Recipe,
    pictures: Pictures,
    file: PathBuf,
    header: Header,
    sampler: Sampler,
    batch: Batch,
    lines: Vec<Channel>,
    trainer: Trainer,
    averaging: Averaging,
    /// What would be shipped: the same network with the means.
    averaged: Model,
    steps: u64,
}

impl Run {
    fn new(recipe: Recipe, pictures: Pictures, threads: usize, file: PathBuf) -> Result<Self, Box<dyn Error>> {
        let input = pictures.training.shape();
        let sampler = Sampler::new(Sampling {
            seed: recipe.seed,
            examples: pictures.training.len(),
            shard_len: pictures.training.shard_len(),
            batch: recipe.batch_size,
            drop_last: true,
        })?;
        let options = recipe.options(sampler.steps_per_epoch())?;
        let steps = (recipe.epochs()? * sampler.steps_per_epoch() as f64).ceil() as u64;
        let mut trainer = pollster::block_on(Trainer::new(&Device::Cpu, recipe.network(input)?, options))?;
        pollster::block_on(trainer.share_among(threads))?;
        let averaging = Averaging::new(recipe.averaging, trainer.store())?;
        Ok(Self {
            averaged: Model::new(&Device::Cpu, recipe.network(input)?, Loss::CrossEntropy, 0)?,
            header: Header::new(&recipe, threads),
            batch: Batch::new(recipe.batch_size, input)?,
            lines: crew::hire(&recipe, input, threads)?,
            recipe,
            pictures,
            file,
            sampler,
            trainer,
            averaging,
            steps,
        })
    }

    /// Goes on where the last checkpoint stands.
    fn resume(&mut self) -> Result<(), Box<dyn Error>> {
        let Some(Checkpoint { header, snapshot, means }) = Checkpoint::read(&self.file)? else {
            eprintln!("there is no checkpoint yet: training begins");
            return Ok(());
        };
        let file = self.file.display();
        if !header.recipe.trains_as(&self.recipe) {
            return Err(format!(
                "{file}: it belongs to another recipe or seed; without --resume, training begins anew"
            )
            .into());
        }
        if header.threads != self.header.threads {
            return Err(format!(
                "{file}: it was trained by {} threads, whose sums differ from those of {}",
                header.threads, self.header.threads
            )
            .into());
        }
        self.trainer.restore(&snapshot)?;
        if !self.averaging.restore(self.trainer.steps(), &means) {
            return Err(format!("{file}: its means do not fit the network").into());
        }
        eprintln!("going on after step {} of {}", self.trainer.steps(), self.steps);
        self.header = header;
        self.header.recipe = self.recipe.clone();
        Ok(())
    }

    /// Whether it came to the end of its schedule.
    fn train(&mut self, stop_after: Option<u64>) -> Result<bool, Box<dyn Error>> {
        let parameters = self.trainer.network().parameter_count();
        let (examples, title) = (self.pictures.training.len(), self.pictures.title);
        eprintln!("{parameters} parameters, {examples} pictures of {title}, {} steps", self.steps);
        let end = stop_after.map_or(self.steps, |epochs| self.steps.min(epochs * self.sampler.steps_per_epoch()));
        let mut saved = clock();
        while self.trainer.steps() < end {
            self.train_epoch()?;
            if self.trainer.steps() >= end || clock() - saved > CHECKPOINT_EVERY {
                saved = clock();
                self.save()?;
            }
        }
        Ok(self.trainer.steps() >= self.steps)
    }

    /// To the end of the epoch, or of the run.
    fn train_epoch(&mut self) -> Result<(), Box<dyn Error>> {
        let began = clock();
        let per_epoch = self.sampler.steps_per_epoch();
        let first = self.trainer.steps();
        let epoch = first / per_epoch;
        let end = ((epoch + 1) * per_epoch).min(self.steps);
        let (mut loss, mut accuracy) = (0.0, 0.0);
        for step in first..end {
            let learning_rate = self.trainer.learning_rate();
            self.step(step)?;
            if self.trainer.unread() == RING || step + 1 == end {
                for metrics in pollster::block_on(self.trainer.metrics())? {
                    if !metrics.loss.is_finite() {
                        return Err(format!("the loss of step {} is no longer a number", metrics.step).into());
                    }
                    loss += f64::from(metrics.loss);
                    accuracy += f64::from(metrics.accuracy);
                }
            }
            if step + 1 == end {
                let steps = (end - first) as f64;
                self.end_epoch(Entry {
                    epoch: epoch + 1,
                    step: end,
                    loss: loss / steps,
                    accuracy: accuracy / steps,
                    learning_rate,
                    held_out_accuracy: None,
                    held_out_loss: None,
                    seconds: clock() - began,
                })?;
            }
        }
        Ok(())
    }

    fn step(&mut self, step: u64) -> Result<(), Box<dyn Error>> {
        let position = self.sampler.position(step);
        let place = Place { seed: self.recipe.seed, epoch: position.epoch };
        self.pictures.training.fill(&mut self.batch, position.indices, &self.recipe.transforms, Some(place))?;
        let Batch { images, labels, weights, .. } = &self.batch;
        let examples = Examples { images, labels, weights };
        if self.lines.is_empty() {
            self.trainer.train(examples)?;
        } else {
            pollster::block_on(self.trainer.train_with(examples, &mut self.lines))?;
        }
        Ok(self.averaging.update(self.trainer.store())?)
    }

    /// Judges what would be shipped, and tells how far the run is.
    fn end_epoch(&mut self, mut entry: Entry) -> Result<(), Box<dyn Error>> {
        let held_out = self.judge_held_out()?;
        entry.held_out_accuracy = held_out.as_ref().map(|judgement| judgement.top1.value);
        entry.held_out_loss = held_out.as_ref().map(|judgement| judgement.loss);
        self.header.seconds += entry.seconds;
        let held_out = held_out.map_or(String::new(), |judgement| {
            format!(", held out {:.2}% (loss {:.3})", 100.0 * judgement.top1.value, judgement.loss)
        });
        let per_step = self.header.seconds / entry.step as f64;
        let left = per_step * (self.steps - entry.step) as f64 / 60.0;
        eprintln!(
            "epoch {}: loss {:.4}, {:.2}% of its own{held_out}; {:.0} pictures a second, {left:.0} min left",
            entry.epoch,
            entry.loss,
            100.0 * entry.accuracy,
            self.recipe.batch_size as f64 / per_step,
        );
        self.header.log.push(entry);
        let lines: Vec<String> = self.header.log.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        fs::write(self.file.with_extension("log"), lines.join("\n") + "\n")?;
        Ok(())
    }

    fn judge_held_out(&mut self) -> Result<Option<Judgement>, Box<dyn Error>> {
        let Some(part) = &self.pictures.held_out else { return Ok(None) };
        self.averaging.write(self.averaged.store())?;
        let classes = &self.pictures.classes;
        let all: Vec<usize> = (0..classes.len()).collect();
        judge(&mut self.averaged, part, &self.recipe.transforms, classes, &all).map(Some)
    }

    fn save(&self) -> Result<(), Box<dyn Error>> {
        let snapshot = pollster::block_on(self.trainer.snapshot())?;
        let (header, means) = (self.header.clone(), self.averaging.values().collect());
        Ok(Checkpoint { header, snapshot, means }.write(&self.file)?)
    }
}

/// Writes a file, or says which could not be written.
fn write(file: &Path, bytes: impl AsRef<[u8]>) -> Result<(), String> {
    fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))
}

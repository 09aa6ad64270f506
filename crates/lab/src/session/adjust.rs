//! What changes while a run goes on: rates, the optimiser itself, augmentation, smoothing, dropout, and when it stops.

use chalkgrad::{Options, Trainer};
use protocol::{EventBody, Settings, Stop};

use super::{Session, fitting_network};
use crate::error::{LabError, Result};
use crate::team::{Hire, Team};
use crate::{Outbox, settings};

impl Session {
    /// Takes these settings over from the next step on, where they differ in nothing that needs a new run. All of them or none.
    pub async fn adjust(&mut self, wanted: Settings, team: &mut Team<impl Hire>, out: &mut Outbox) -> Result<()> {
        let options = settings::options(&wanted, self.sampler.steps_per_epoch())?;
        check(&wanted.stop)?;
        let work =
            protocol::Work { label_smoothing: wanted.label_smoothing, dropout: wanted.dropout, ..self.work.clone() };
        settings::set_dropout(self.trainer.model(), wanted.dropout)?;
        // A loss that smooths is another graph than one that does not.
        let is_other_loss = (self.settings.label_smoothing == 0.0) != (wanted.label_smoothing == 0.0);
        if is_other_loss {
            self.rebuild(&options, &wanted, out).await?;
        }
        self.trainer.adjust(options).await?;
        if work != self.work {
            team.gather(&work).await?;
            self.work = work;
        }
        self.settings = wanted;
        Ok(())
    }

    /// The same run with another loss: parameters, states and step stay.
    async fn rebuild(&mut self, options: &Options, wanted: &Settings, out: &mut Outbox) -> Result<()> {
        self.report(out).await?;
        self.hurry_snapshots(out);
        let kept = self.trainer.options().clone();
        let state = self.trainer.snapshot().await?;
        let network = fitting_network(&self.settings.network, &self.data)?;
        let device = self.trainer.store().device().clone();
        let mut trainer = Trainer::new(&device, network, Options { loss: options.loss.clone(), ..kept }).await?;
        settings::set_dropout(trainer.model(), wanted.dropout)?;
        trainer.share_among(self.work.workers as usize).await?;
        trainer.restore(&state)?;
        self.trainer = trainer;
        // Probes look at the trainer that is gone.
        self.panels.forget_probes();
        self.looks.forget_probes();
        self.sketches.forget_probes();
        Ok(())
    }

    /// What is told of the settings that may change.
    pub fn adjusted(&self) -> EventBody {
        let Settings { optimizer, schedule, augmentation, label_smoothing, dropout, stop, .. } = self.settings;
        EventBody::Adjusted { optimizer, schedule, augmentation, label_smoothing, dropout, stop }
    }

    /// The settings as they stand now.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Why training stops here, if one of its conditions has come.
    pub(super) fn reached(&self) -> Option<String> {
        let Stop { epochs, accuracy, seconds } = self.settings.stop;
        let steps = |epochs: f64| (epochs * self.sampler.steps_per_epoch() as f64).ceil() as u64;
        if let Some(epochs) = epochs.filter(|&epochs| self.trainer.steps() >= steps(epochs)) {
            return Some(format!("The run has reached the {epochs} epochs after which it was to stop."));
        }
        if let Some(seconds) = seconds.filter(|&seconds| self.seconds >= seconds) {
            return Some(format!("The run has trained for the {seconds} seconds after which it was to stop."));
        }
        let (wanted, found) = (accuracy?, self.evaluations.sampled_accuracy()?);
        (f64::from(found) >= wanted).then(|| {
            let [found, wanted] = [f64::from(found), wanted].map(|fraction| 100.0 * fraction);
            format!("{found:.1}% of a sample of held-out pictures are right: the run was to stop at {wanted}%.")
        })
    }
}

/// That a run could come to such an end.
pub(super) fn check(stop: &Stop) -> Result<()> {
    for (name, value, most, rule) in [
        ("stop.epochs", stop.epochs, f64::MAX, "must be above 0"),
        ("stop.accuracy", stop.accuracy, 1.0, "must be above 0 and at most 1"),
        ("stop.seconds", stop.seconds, f64::MAX, "must be above 0"),
    ] {
        if value.is_some_and(|value| value.is_nan() || value <= 0.0 || value > most) {
            return Err(LabError::Setting { name, rule });
        }
    }
    Ok(())
}

//! Losses in training: steps of a small network under each, with other numbers of the loss from the middle on, and an
//! evaluation whose examples count differently.

use chalkgrad::nn::{Linear, Loss, Network, Sequential, Tanh};
use chalkgrad::optim::SGD;
use chalkgrad::{Device, Examples, Options, Trainer};
use pollster::block_on;
use serde::Deserialize;

use crate::devices::devices;
use crate::golden::load;
use crate::hash::{Fill, symmetric};
use crate::networks::{assert_all_close, named, narrow};

const BATCH: usize = 8;
const INPUT: usize = 6;

/// One row of `criteria.json`.
#[derive(Deserialize)]
struct Row {
    kind: String,
    arguments: Arguments,
    /// From the middle on.
    then: Option<Arguments>,
    losses: Vec<f64>,
    accuracies: Vec<Option<f64>>,
    evaluation: Measured,
}

#[derive(Deserialize)]
struct Measured {
    loss: f64,
    accuracy: Option<f64>,
}

#[derive(Deserialize)]
struct Arguments {
    weight: Option<Vec<f32>>,
    pos_weight: Option<Vec<f32>>,
    label_smoothing: Option<f64>,
    p: Option<u32>,
    margin: Option<f64>,
}

impl Row {
    fn loss(&self, arguments: &Arguments) -> Loss {
        let Arguments { weight, pos_weight, label_smoothing, p, margin } = arguments;
        match self.kind.as_str() {
            "CrossEntropyLoss" if weight.is_none() && label_smoothing.is_none() => Loss::CrossEntropy,
            "CrossEntropyLoss" => {
                Loss::CrossEntropyWith { weight: weight.clone(), label_smoothing: label_smoothing.unwrap_or(0.0) }
            }
            "MSELoss" => Loss::MeanSquaredError,
            "BCEWithLogitsLoss" => Loss::BinaryCrossEntropyWithLogits { pos_weight: pos_weight.clone() },
            "MultiMarginLoss" => Loss::MultiMargin { p: p.unwrap(), margin: margin.unwrap(), weight: weight.clone() },
            other => panic!("no loss {other}"),
        }
    }

    fn outputs(&self) -> usize {
        if self.kind == "BCEWithLogitsLoss" { 2 } else { 5 }
    }

    /// Images and labels of a step.
    fn batch_of(&self, title: &str, step: usize) -> [Vec<f32>; 2] {
        let labels = match self.kind.as_str() {
            "MSELoss" | "BCEWithLogitsLoss" => {
                Fill::Uniform { shape: vec![BATCH, self.outputs()], low: 0.0, high: 1.0 }
            }
            _ => Fill::Whole { shape: vec![BATCH], count: self.outputs() as f64 },
        };
        let labels = labels.array(&format!("{title}/labels/{step}"));
        [symmetric(&format!("{title}/images/{step}"), &[BATCH, INPUT], 1.0), labels].map(|values| narrow(&values))
    }

    fn trainer(&self, title: &str, device: &Device) -> Trainer {
        let layers = Sequential::new().with(Linear::new(INPUT, 7)).with(Tanh).with(Linear::new(7, self.outputs()));
        let network = Network::new(layers, [INPUT]).unwrap();
        let parameters = named(title, &network);
        let options = Options { loss: self.loss(&self.arguments), ..Options::new(BATCH, SGD::new(0.5)) };
        let trainer = block_on(Trainer::new(device, network, options)).unwrap();
        for (path, values) in parameters {
            trainer.store().write(&format!("parameter/{path}"), &narrow(&values)).unwrap();
        }
        trainer
    }

    fn check(&self, title: &str, device: &Device) {
        let (mut trainer, steps) = (self.trainer(title, device), self.losses.len());
        for step in 0..steps {
            if let Some(arguments) = self.then.as_ref().filter(|_| step == steps / 2) {
                let options = Options { loss: self.loss(arguments), ..trainer.options().clone() };
                block_on(trainer.adjust(options)).unwrap();
            }
            let [images, labels] = self.batch_of(title, step);
            trainer.train(Examples { images: &images, labels: &labels, weights: &[1.0; BATCH] }).unwrap();
        }
        let by = format!("{title}, {} on {}", self.kind, device.kind());
        let metrics = block_on(trainer.metrics()).unwrap();
        let losses: Vec<f64> = metrics.iter().map(|metrics| f64::from(metrics.loss)).collect();
        assert_all_close(&losses, &self.losses, 1e-4, &by);
        for (metrics, expected) in metrics.iter().zip(&self.accuracies) {
            assert_same_part(metrics.accuracy, *expected, &by);
        }

        let [images, labels] = self.batch_of(title, steps);
        let counts = Fill::Whole { shape: vec![BATCH], count: 4.0 }.array(&format!("{title}/counts"));
        let examples = Examples { images: &images, labels: &labels, weights: &narrow(&counts) };
        let found = block_on(trainer.model_mut().evaluate(examples)).unwrap();
        assert_all_close(&[f64::from(found.loss)], &[self.evaluation.loss], 1e-4, &format!("{by}, evaluated"));
        assert_same_part(found.accuracy, self.evaluation.accuracy, &by);
    }
}

/// Panics unless the accuracy is PyTorch's, or none where there is none.
fn assert_same_part(found: f32, expected: Option<f64>, by: &str) {
    match expected {
        Some(expected) => assert!((f64::from(found) - expected).abs() < 1e-6, "{by}: accuracy {found}, not {expected}"),
        None => assert!(found.is_nan(), "{by}: accuracy {found}, and there is none"),
    }
}

#[test]
fn every_loss_trains_as_pytorch_does_and_its_numbers_change_between_steps() {
    for (index, row) in load::<Vec<Row>>("criteria").iter().enumerate() {
        devices().iter().for_each(|device| row.check(&format!("criteria/{index}"), device));
    }
}

#[test]
fn a_trainer_refuses_another_loss_and_goes_on_with_its_own() {
    let rows = load::<Vec<Row>>("criteria");
    let mut trainer = rows[1].trainer("criteria/1", &Device::Cpu);
    let own = trainer.options().clone();
    let refuse = |trainer: &mut Trainer, loss| {
        block_on(trainer.adjust(Options { loss, ..own.clone() })).unwrap_err().to_string()
    };
    let rule = "the loss stays cross_entropy while training, and only its numbers can change";
    assert_eq!(refuse(&mut trainer, Loss::CrossEntropy), rule);
    let error = refuse(&mut trainer, Loss::CrossEntropyWith { weight: None, label_smoothing: -1.0 });
    assert!(error.contains("-1"), "{error}");
    assert_eq!(trainer.options(), &own);
    let [images, labels] = rows[1].batch_of("criteria/1", 0);
    trainer.train(Examples { images: &images, labels: &labels, weights: &[1.0; BATCH] }).unwrap();
    let loss = f64::from(block_on(trainer.metrics()).unwrap()[0].loss);
    assert_all_close(&[loss], &rows[1].losses[..1], 1e-4, "after what was refused");
}

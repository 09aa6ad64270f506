//! Trains a little, saves the weights as PyTorch would, loads them into a new model, and goes on from a snapshot.
//! `cargo run --release -p chalkgrad --example save_and_load`

use chalkgrad::nn::{BatchNorm1d, Linear, Loss, Network, ReLU, Sequential};
use chalkgrad::optim::Adam;
use chalkgrad::{Device, Dtype, Examples, Model, Options, StateDict, Trainer};

fn network() -> chalkgrad::Result<Network> {
    let layers =
        Sequential::new().with(Linear::new(2, 16)).with(BatchNorm1d::new(16)).with(ReLU).with(Linear::new(16, 2));
    Network::new(layers, [2])
}

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Is a point inside a circle?
    let points: Vec<f32> = (0..128).map(|i| (i as f32 * 0.618).fract() * 2.0 - 1.0).collect();
    let labels: Vec<f32> = points.chunks(2).map(|p| f32::from(p[0].hypot(p[1]) < 0.7)).collect();
    let examples = Examples { images: &points, labels: &labels, weights: &[1.0; 64] };
    let folder = std::env::temp_dir().join(format!("chalkgrad-example-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    pollster::block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, network()?, Options::new(64, Adam::new(1e-2))).await?;
        (0..50).try_for_each(|_| trainer.train(examples))?;
        println!("loss {:.4}", trainer.metrics().await?[49].loss);

        // What PyTorch's `load_state_dict` takes, as it is and in half the size.
        let state = trainer.model().state_dict().await?;
        std::fs::write(folder.join("circle.safetensors"), state.to_safetensors()?)?;
        std::fs::write(folder.join("circle-half.safetensors"), state.to_dtype(Dtype::F16).to_safetensors()?)?;

        // Another model with the same weights says the same.
        let mut model = Model::new(&Device::Cpu, network()?, Loss::CrossEntropy, 99)?;
        model.load_state_dict(&StateDict::from_safetensors(&std::fs::read(folder.join("circle.safetensors"))?)?)?;
        let same = model.predict(&points).await? == trainer.model_mut().predict(&points).await?;
        println!("the loaded model says the same: {same}");
        assert!(same);

        // A file that does not fit is refused with a report, and changes nothing.
        let mut other = state.clone();
        other.rename(|key| key.replace("3.", "head."));
        println!("{}", model.load_state_dict(&other).unwrap_err());

        // A snapshot has the optimiser's state and the step too: training goes on as if it had not stopped.
        let snapshot = trainer.snapshot().await?;
        let mut resumed = Trainer::new(&Device::Cpu, network()?, trainer.options().clone()).await?;
        resumed.restore(&snapshot)?;
        for trainer in [&mut trainer, &mut resumed] {
            trainer.train(examples)?;
            println!("step {}: loss {:.6}", trainer.steps(), trainer.metrics().await?[0].loss);
        }
        std::fs::remove_dir_all(folder)?;
        Ok(())
    })
}

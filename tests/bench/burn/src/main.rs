//! Burn beside Chalkgrad: a network's layers from standard input, one line of JSON in the fields of `bench`.
//!
//! Its backend is Flex, the one that its authors recommend for CPUs, on one thread.

mod network;

use std::{env, io, process::ExitCode, str::FromStr, time::Instant};

use burn::{
    nn::loss::CrossEntropyLossConfig,
    optim::{GradientsParams, ModuleOptimizer, SgdConfig, momentum::MomentumConfig},
    tensor::{Device, Distribution, Int, Tensor, TensorData},
};
use network::Network;

const WARM_UP: usize = 3;

struct Options {
    batch: usize,
    /// Channels, height, width of a picture.
    input: [usize; 3],
    seconds: f64,
    /// How many the network must have.
    parameters: Option<usize>,
}

fn read_options() -> Result<Options, String> {
    let words: Vec<String> = env::args().skip(1).collect();
    let mut options = Options { batch: 64, input: [3, 32, 32], seconds: 5.0, parameters: None };
    for pair in words.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} needs a value.", pair[0])) };
        match name.as_str() {
            "--batch" => options.batch = number(name, value)?,
            "--input" => {
                let sides = value.split(',').map(|side| number(name, side)).collect::<Result<Vec<_>, _>>()?;
                options.input = sides.try_into().map_err(|_| "--input takes three numbers.".to_owned())?;
            }
            "--threads" if number::<usize>(name, value)? != 1 => {
                return Err("Burn was built for one thread.".to_owned());
            }
            "--threads" => {}
            "--seconds" => options.seconds = number(name, value)?,
            "--parameters" => options.parameters = Some(number(name, value)?),
            _ => return Err(format!("there is no {name}.")),
        }
    }
    Ok(options)
}

fn number<T: FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name} does not take {text}."))
}

struct Trainer {
    network: Network,
    optimizer: ModuleOptimizer,
    pictures: TensorData,
    labels: TensorData,
    device: Device,
}

impl Trainer {
    fn new(network: Network, batch: usize, [channels, height, width]: [usize; 3], device: Device) -> Trainer {
        // Burn dampens by 0.1 where nobody says otherwise; PyTorch does not.
        let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
        let optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
        let uniform = Distribution::Uniform(-0.5, 0.5);
        let pictures = Tensor::<4>::random([batch, channels, height, width], uniform, &device).into_data();
        let labels: Vec<i32> = (0..batch as i32).map(|index| 7 * index % 10).collect();
        Trainer { network, optimizer, pictures, labels: TensorData::from(labels.as_slice()), device }
    }

    /// One step, and the loss before it. The batch is copied anew; the network is moved, so that Burn may update it in
    /// place.
    fn step(mut self) -> (Trainer, Tensor<1>) {
        let pictures = Tensor::from_data(self.pictures.clone(), &self.device);
        let labels = Tensor::<1, Int>::from_data(self.labels.clone(), &self.device);
        let logits = self.network.forward(pictures);
        let loss = CrossEntropyLossConfig::new().init(&self.device).forward(logits, labels);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        self.network = self.optimizer.step(0.01, self.network, gradients);
        (self, loss.detach())
    }
}

fn measure() -> Result<serde_json::Value, String> {
    let options = read_options()?;
    let layers: Vec<network::Layer> =
        serde_json::from_reader(io::stdin()).map_err(|error| format!("the layers cannot be read: {error}."))?;
    let device = Device::flex().autodiff();
    device.seed(0);
    let network = Network::new(&layers, &device);
    let count = network.count_parameters();
    if let Some(parameters) = options.parameters.filter(|&parameters| parameters != count) {
        return Err(format!("Burn's network has {count} parameters, its layers {parameters}: they are not the same."));
    }
    let trainer = Trainer::new(network, options.batch, options.input, device);

    let (mut trainer, first) = trainer.step();
    for _ in 1..WARM_UP {
        (trainer, _) = trainer.step();
    }
    let (began, mut steps) = (Instant::now(), 0);
    let last = loop {
        let (stepped, loss) = trainer.step();
        (trainer, steps) = (stepped, steps + 1);
        if began.elapsed().as_secs_f64() >= options.seconds {
            break loss.into_scalar::<f32>();
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    Ok(serde_json::json!({
        "images_per_second": (steps * options.batch) as f64 / seconds,
        "steps": steps + WARM_UP,
        "first_loss": first.into_scalar::<f32>(),
        "last_loss": last,
        "device": "cpu",
        "adapter": "burn-flex",
    }))
}

fn main() -> ExitCode {
    match measure() {
        Ok(fields) => {
            println!("{fields}");
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("error: {sentence}");
            ExitCode::FAILURE
        }
    }
}

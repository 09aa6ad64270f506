//! Random numbers in graphs are functions of seed, step, stream and place: the same bits everywhere, and dropout as
//! PyTorch's.

#[cfg(feature = "gpu")]
#[path = "common/gpu.rs"]
mod gpu;

use chalkgrad::random::words;
use chalkgrad::{Array, Device, Graph, Interpreter, Program, Store};

fn devices() -> Vec<Device> {
    #[cfg(feature = "gpu")]
    if let Some(gpu) = gpu::gpu() {
        return vec![Device::Cpu, gpu];
    }
    vec![Device::Cpu]
}

fn drawn(device: &Device, len: usize, stream: u32, seed: u64, step: u64) -> Vec<f32> {
    pollster::block_on(async {
        let graph = Graph::new();
        let uniform = graph.uniform([len], stream, graph.leaf("words", [5]));
        let mut store = Store::new(device);
        store.add("words", 5)?;
        store.write("words", &words(seed, step))?;
        let program = Program::compile(&store, &graph, &[], &[uniform]).await?;
        Program::run(&[&program])?;
        Ok::<_, chalkgrad::Error>(program.read(0).await?.into_values())
    })
    .expect("it runs")
}

fn interpreted(len: usize, stream: u32, seed: u64, step: u64) -> Vec<f32> {
    let graph = Graph::new();
    let leaf = graph.leaf("words", [5]);
    let uniform = graph.uniform([len], stream, leaf);
    let value = Array::new([5], words(seed, step).to_vec()).expect("five words");
    let values = Interpreter::<f32>::new().run(&graph, &[(leaf, value)]).expect("it runs");
    values[uniform].to_vec()
}

#[test]
fn every_device_draws_the_same_bits() {
    for device in devices() {
        for (len, stream, seed, step) in
            [(1, 0, 0, 0), (4099, 1, 42, 7), (1000, u32::MAX, u64::MAX, (1 << 48) - 1), (64, 9, 1 << 40, 1 << 30)]
        {
            let (found, expected) = (drawn(&device, len, stream, seed, step), interpreted(len, stream, seed, step));
            assert!(found.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "on {}", device.kind());
            assert_eq!(found.len(), len);
        }
    }
}

#[test]
fn seed_step_and_stream_each_change_every_draw() {
    let base = interpreted(1000, 3, 5, 8);
    for other in [interpreted(1000, 4, 5, 8), interpreted(1000, 3, 6, 8), interpreted(1000, 3, 5, 9)] {
        let same = base.iter().zip(&other).filter(|(a, b)| a == b).count();
        assert!(same <= 1, "{same} of 1000 draws are the same");
    }
}

#[test]
fn draws_are_uniform_between_0_and_1() {
    let values = interpreted(100_000, 0, 1, 1);
    assert!(values.iter().all(|&value| (0.0..1.0).contains(&value)));
    let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / 1e5;
    let variance = values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / 1e5;
    assert!((mean - 0.5).abs() < 0.005, "mean {mean}");
    assert!((variance - 1.0 / 12.0).abs() < 0.002, "variance {variance}");
}

/// Output and gradient of dropout over ones.
fn dropped(device: &Device, p: f32) -> (Vec<f32>, Vec<f32>) {
    pollster::block_on(async {
        let graph = Graph::new();
        let (x, rate) = (graph.leaf("x", [10_000]), graph.leaf("p", []));
        let y = x.dropout(rate, graph.uniform([10_000], 0, graph.leaf("words", [5])));
        let gradient = graph.backward(y.sum(&[0], false), &[x])?[0];
        let mut store = Store::new(device);
        for (name, values) in [("x", &[1.0; 10_000][..]), ("p", &[p]), ("words", &words(3, 4))] {
            store.add(name, values.len())?;
            store.write(name, values)?;
        }
        let program = Program::compile(&store, &graph, &[], &[y, gradient]).await?;
        Program::run(&[&program])?;
        Ok::<_, chalkgrad::Error>((program.read(0).await?.into_values(), program.read(1).await?.into_values()))
    })
    .expect("it runs")
}

#[test]
fn dropout_zeroes_a_part_and_scales_the_rest() {
    for device in devices() {
        let (y, gradient) = dropped(&device, 0.25);
        assert_eq!(y, gradient, "on {}", device.kind());
        let kept = y.iter().filter(|&&value| value != 0.0).count();
        assert!((7_300..7_700).contains(&kept), "{kept} of 10,000 are kept on {}", device.kind());
        assert!(y.iter().all(|&value| value == 0.0 || (value - 4.0 / 3.0).abs() < 1e-6));
    }
}

#[test]
fn dropout_of_nothing_keeps_all_and_of_everything_gives_zeros_not_nan() {
    for device in devices() {
        let (all, ones) = (dropped(&device, 0.0), vec![1.0; 10_000]);
        assert_eq!(all, (ones.clone(), ones), "on {}", device.kind());
        let (none, zeros) = (dropped(&device, 1.0), vec![0.0; 10_000]);
        assert_eq!(none, (zeros.clone(), zeros), "on {}", device.kind());
    }
}

//! Lists the tensors of a safetensors file, which is how PyTorch's models are shared: each key with its dtype, its shape and
//! what its numbers are like. Without an argument it reads a small file that PyTorch wrote.
//! `cargo run --release -p chalkgrad --example read_pytorch -- model.safetensors`

use chalkgrad::StateDict;

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bytes = match std::env::args_os().nth(1).filter(|path| path.to_string_lossy().ends_with(".safetensors")) {
        Some(path) => std::fs::read(path)?,
        None => include_bytes!("pytorch.safetensors").to_vec(),
    };
    let state = StateDict::from_safetensors(&bytes)?;
    let width = state.keys().map(str::len).max().unwrap_or(0);
    let mut total = 0;
    for (key, tensor) in state.iter() {
        let values = tensor.values();
        let count = values.len().max(1) as f64;
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
        let deviation = (values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / count).sqrt();
        let (dtype, shape) = (tensor.dtype().to_string(), tensor.shape().to_string());
        println!("{key:width$}  {dtype:8}  {shape:16}  mean {mean:8.4}  deviation {deviation:7.4}");
        total += values.len();
    }
    println!("{} tensors with {total} numbers", state.len());
    Ok(())
}

//! Where a graph is run: every device of this build, and the interpreter.

use chalkgrad::{Array, Device, Graph, Interpreter, Program, Real, Result, Store, Tensor};

/// The CPU, and the GPU where this build has one.
pub(crate) fn devices() -> Vec<Device> {
    #[cfg(feature = "gpu")]
    if let Some(gpu) = crate::gpu::gpu() {
        return vec![Device::Cpu, gpu];
    }
    vec![Device::Cpu]
}

/// Runs the graph as a compiled program and reads `outputs` back.
pub(crate) fn run(
    device: &Device,
    graph: &Graph,
    leaves: &[(Tensor<'_>, Array<f64>)],
    outputs: &[Tensor<'_>],
) -> Result<Vec<Vec<f64>>> {
    pollster::block_on(async {
        let mut store = Store::new(device);
        for (leaf, value) in leaves {
            let name = leaf_name(graph, *leaf);
            let value: Vec<f32> = value.iter().map(|&value| value as f32).collect();
            store.add(name.clone(), value.len())?;
            store.write(&name, &value)?;
        }
        let program = Program::compile(&store, graph, &[], outputs).await?;
        Program::run(&[&program])?;
        let mut found = Vec::new();
        for index in 0..outputs.len() {
            found.push(program.read(index).await?.iter().map(|&value| f64::from(value)).collect());
        }
        Ok(found)
    })
}

/// Runs the graph node by node in the precision `T`.
pub(crate) fn interpret<T: Real>(
    graph: &Graph,
    leaves: &[(Tensor<'_>, Array<f64>)],
    outputs: &[Tensor<'_>],
) -> Result<Vec<Vec<f64>>> {
    let round = |value: f64| T::from(value).unwrap_or_else(T::nan);
    let leaves: Vec<(Tensor<'_>, Array<T>)> =
        leaves.iter().map(|(leaf, value)| (*leaf, Array::from_fn(value.shape(), |i| round(value[i])))).collect();
    let values = Interpreter::<T>::new().run(graph, &leaves)?;
    let widen = |value: &T| value.to_f64().unwrap_or(f64::NAN);
    Ok(outputs.iter().map(|&output| values[output].iter().map(widen).collect()).collect())
}

fn leaf_name(graph: &Graph, leaf: Tensor<'_>) -> String {
    match graph.node(leaf.id()).op {
        chalkgrad::op::Op::Leaf { name } => name,
        op => panic!("{} is not a leaf", op.name()),
    }
}

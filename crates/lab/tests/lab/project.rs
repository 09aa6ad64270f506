//! A run leaves as a PyTorch project, weights come back, and the network is a graph that can be drawn.

use chalkgrad::{Array, StateDict};
use protocol::{Command, EventBody, GraphNode, GraphNodeKind, Preset, Settings};

use crate::page::{Page, small};

fn export(page: &mut Page) -> (String, Vec<u8>) {
    let (answer, mut buffers) = page.ask_with(Command::Export, Vec::new());
    let EventBody::Exported { script, .. } = answer else { panic!("{answer:?}") };
    (script, buffers.remove(0))
}

fn load(page: &mut Page, file: Vec<u8>) -> EventBody {
    page.ask_with(Command::Load, vec![file]).0
}

#[test]
fn weights_that_left_come_back_bit_for_bit() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 5 });
    let (script, weights) = export(&mut page);
    assert!(script.contains("BATCH_SIZE = 16") && script.contains("nn.Conv2d(3, 4"), "{script}");
    page.ask(Command::Step { steps: 5 });
    assert_ne!(export(&mut page).1, weights);
    assert_eq!(load(&mut page, weights.clone()), EventBody::Loaded { step: 10, tensors: 4 });
    assert_eq!(export(&mut page).1, weights);
    assert_eq!(page.ask(Command::Step { steps: 1 }), EventBody::Stepped { step: 11 });
}

#[test]
fn a_file_that_does_not_fit_names_key_and_shapes_and_changes_nothing() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 3 });
    let (_, weights) = export(&mut page);
    let with = |key: &str, shape: &[usize]| {
        let mut state = StateDict::from_safetensors(&weights).unwrap();
        state.insert(key, Array::from_fn(shape, |_| 0.5_f32));
        state.to_safetensors().unwrap()
    };
    let mut without = StateDict::from_safetensors(&weights).unwrap();
    without.remove("0.bias");
    let mut huge = weights.clone();
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut flipped = weights.clone();
    flipped[12] ^= 0x40;
    for (file, words) in [
        (with("4.weight", &[10, 300]), "4.weight is [10, 300], but [10, 256] in the network"),
        (with("5.weight", &[2]), "unexpected keys:\n    5.weight"),
        (without.to_safetensors().unwrap(), "missing keys:\n    0.bias"),
        (weights[..weights.len() - 3].to_vec(), "need"),
        (weights[..40].to_vec(), "cut short"),
        (huge, "header"),
        (flipped, "header"),
        (b"PK\x03\x04 a zip file, as torch.save writes it".to_vec(), "safetensors"),
        (Vec::new(), "shorter"),
    ] {
        let EventBody::Failed { message, .. } = load(&mut page, file) else { panic!("`{words}` was accepted") };
        assert!(message.contains(words), "{message}");
    }
    assert!(page.refused(Command::Load).contains("needs a safetensors file"));
    assert_eq!(export(&mut page).1, weights);
    assert_eq!(page.ask(Command::Step { steps: 1 }), EventBody::Stepped { step: 4 });
}

fn graph(preset: &str) -> Vec<GraphNode> {
    let network = Preset::find(preset).unwrap().settings().network;
    let mut page = Page::new(Default::default());
    let answer = page.configure(Settings { network, batch_size: 4, ..small() });
    let EventBody::Configured { graph, parameters, layers, .. } = answer else { panic!("{answer:?}") };
    let multiply_adds: u64 = layers.iter().map(|layer| layer.multiply_adds).sum();
    assert_eq!(graph.iter().map(|node| node.parameters).sum::<u64>(), parameters, "{preset}");
    assert_eq!(graph.iter().map(|node| node.multiply_adds).sum::<u64>(), multiply_adds, "{preset}");
    graph
}

#[test]
fn the_graph_has_skips_and_branches_layer_by_layer() {
    let nodes = graph("resnet");
    let place = |path: &str, text: &str| {
        let found = nodes.iter().position(|node| node.path == path && node.text.starts_with(text));
        found.unwrap_or_else(|| panic!("there is no {text} in `{path}`: {nodes:#?}")) as u32
    };
    assert_eq!((nodes[0].kind, &nodes[0].output_shape), (GraphNodeKind::Input, &vec![3, 32, 32]));
    let sum = &nodes[place("layer2", "+") as usize];
    assert_eq!(sum.kind, GraphNodeKind::Function);
    assert_eq!(sum.inputs, [place("layer2.downsample", "Conv2d"), place("layer2.bn2", "BatchNorm2d")]);
    assert_eq!(nodes[place("", "mean") as usize].output_shape, [64]);
    let skip = &nodes[place("layer1", "+") as usize];
    assert_eq!(skip.inputs, [place("", "relu"), place("layer1.bn2", "BatchNorm2d")]);

    let nodes = graph("inception");
    let joined = nodes.iter().find(|node| node.path == "inception1" && node.text == "cat").unwrap();
    assert_eq!(joined.inputs.len(), 4);
}

#[test]
fn what_a_graph_reads_stands_before_it_in_every_preset() {
    for preset in protocol::PRESETS {
        for (index, node) in graph(preset.name).iter().enumerate() {
            assert!(node.inputs.iter().all(|&input| (input as usize) < index), "{}: {node:?}", preset.name);
            assert!(index == 0 || !node.inputs.is_empty(), "{}: {node:?}", preset.name);
        }
    }
}

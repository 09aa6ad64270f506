//! Networks as students write them: what they do to pictures, and how they are refused.

use chalkgrad::nn::Network;
use chalkgrad::{Error, Shape};
use lab::language::parse;

const PICTURES: [usize; 3] = [3, 32, 32];

fn network(layers: &str) -> Result<Network, Error> {
    Network::new(parse(&format!("nn.Sequential({layers})")).unwrap(), PICTURES)
}

fn refused(layers: &str) -> String {
    network(layers).err().unwrap_or_else(|| panic!("{layers} was accepted")).to_string()
}

#[test]
fn layers_make_of_pictures_what_pytorch_makes_of_them() {
    for (layers, output) in [
        ("nn.Conv2d(3, 8, 4, padding='same')", vec![8, 32, 32]),
        ("nn.Conv2d(3, 8, (5, 2), padding='same', dilation=(1, 3), groups=1)", vec![8, 32, 32]),
        ("nn.Conv2d(3, 8, 5, padding='valid')", vec![8, 28, 28]),
        ("nn.Conv2d(3, 8, 1), nn.MaxPool2d(3, 2, dilation=2)", vec![8, 14, 14]),
        ("nn.Conv2d(3, 8, 1), nn.AdaptiveMaxPool2d((5, 7))", vec![8, 5, 7]),
        ("nn.Conv2d(3, 8, 1), nn.Upsample(scale_factor=(2, 0.5), mode='bilinear')", vec![8, 64, 16]),
        ("nn.Conv2d(3, 8, 1), nn.Flatten(2)", vec![8, 1024]),
        ("nn.Conv2d(3, 8, 1), nn.Flatten(1, 2)", vec![256, 32]),
        ("nn.Conv2d(3, 8, 1), nn.Flatten(start_dim=-2)", vec![8, 1024]),
        ("nn.Flatten(), nn.Linear(3072, 10), nn.LogSoftmax(dim=1)", vec![10]),
        ("nn.Conv2d(3, 8, 1), nn.Softmax(dim=-3), nn.GELU('tanh')", vec![8, 32, 32]),
    ] {
        let network = network(layers).unwrap_or_else(|error| panic!("{layers}: {error}"));
        assert_eq!(network.output(), &Shape::from(output), "{layers}");
    }
}

#[test]
fn what_does_not_fit_pictures_names_its_layer() {
    assert_eq!(
        refused("nn.ReLU(), nn.Conv2d(3, 8, 4, stride=2, padding='same')"),
        "line 1, column 26: layer 1 (Conv2d(3, 8, kernel_size=(4, 4), stride=(2, 2), padding=same)) cannot take [2, 3, 32, 32]: \
         padding='same' keeps the size of pictures, and a stride over 1 does not"
    );
    assert!(refused("nn.Conv2d(3, 8, 1), nn.Softmax(dim=4)").ends_with("there is no axis 4"));
    assert!(refused("nn.Conv2d(3, 8, 1), nn.Flatten(1, -5)").ends_with("there is no axis -5"));
    assert!(refused("nn.Conv2d(3, 8, 1), nn.Flatten(3, 2)").contains("Flatten(start_dim=3, end_dim=2)"));
    assert!(refused("nn.Conv2d(3, 8, 1), nn.MaxPool2d(2, padding=1, dilation=40)").contains("larger than the picture"));
    assert!(refused("nn.Conv2d(3, 8, 1), nn.Upsample(scale_factor=0)").contains("a scale factor"));
    assert!(refused("nn.Conv2d(3, 8, 1), nn.AdaptiveMaxPool2d(1000000000)").contains("height and width are from 1 to"));
    let mixed = "the network makes [16384] of 2 examples: the first axis must go on to count them";
    assert_eq!(refused("nn.Conv2d(3, 8, 1), nn.Flatten(-4)"), mixed);
}

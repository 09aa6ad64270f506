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

#[test]
fn the_table_of_layers_names_rows_by_their_paths_and_counts_what_runs_twice_once() {
    let text = "class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = nn.Linear(width, width, bias=False)
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return self.inner(self.inner(x)) * self.scale + (x.unsqueeze(2) @ x.unsqueeze(1)).mean(2)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(3072, 8))
        self.block = Block(8)
        self.unused = nn.Linear(5, 5)

    def forward(self, x):
        return self.block(self.head(x))
";
    let network = Network::new(parse(text).unwrap(), PICTURES).unwrap();
    let rows: Vec<(&str, &str, usize, u64)> = network
        .layers()
        .iter()
        .map(|row| (row.path.as_str(), row.text.as_str(), row.parameters, row.multiply_adds))
        .collect();
    assert_eq!(
        rows,
        [
            ("head.0", "Flatten(start_dim=1, end_dim=-1)", 0, 0),
            ("head.1", "Linear(in_features=3072, out_features=8, bias=True)", 3072 * 8 + 8, 3072 * 8),
            ("block.inner", "Linear(in_features=8, out_features=8, bias=False)", 64, 64),
            ("block.inner", "Linear(in_features=8, out_features=8, bias=False)", 0, 64),
            ("block", "Block", 8, 64),
        ]
    );
    assert_eq!(network.parameter_count(), 3072 * 8 + 8 + 64 + 8 + 30, "what no pass uses is there all the same");
    let paths: Vec<&str> = network.parameters().iter().map(|parameter| parameter.path.as_str()).collect();
    let expected =
        ["head.1.weight", "head.1.bias", "block.scale", "block.inner.weight", "unused.weight", "unused.bias"];
    assert_eq!(paths, expected);
}

#[test]
fn shapes_that_do_not_fit_name_both_the_layer_and_the_place_in_forward() {
    let text = "class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(100, 10)

    def forward(self, x):
        x = F.relu(self.conv(x))
        return self.fc(x.flatten(1))
";
    let error = Network::new(parse(text).unwrap(), PICTURES).err().unwrap();
    assert_eq!(
        error.to_string(),
        "line 9, column 16: layer fc (Linear(in_features=100, out_features=10, bias=True)) cannot take [2, 7200] and [10, 100]: \
         it takes 100 features an example, but 7200 arrive"
    );
    let skip = text.replace("return self.fc(x.flatten(1))", "return x + self.conv(x)");
    let error = Network::new(parse(&skip.replace("Conv2d(3, 8", "Conv2d(3, 3")).unwrap(), PICTURES).err().unwrap();
    assert!(
        error.to_string().starts_with("line 9, column 16: `+` in Net cannot take [2, 3, 30, 30] and [2, 3, 28, 28]"),
        "{error}"
    );
}

#[test]
fn a_notebook_around_the_network_is_passed_over() {
    let text = "import torch
import torch.nn as nn
import torchvision
from torchvision import transforms
%matplotlib inline
device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
loader = torch.utils.data.DataLoader(torchvision.datasets.CIFAR10('data', transform=transform), batch_size=4)
classes, epochs = 10, 2

model = nn.Sequential(nn.Flatten(), nn.Linear(3072, classes)).to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)
for epoch in range(epochs):
    running = 0.0
    for i, (images, labels) in enumerate(loader, 0):
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(f'epoch {epoch}: {running / len(loader):.3f}')
with torch.no_grad():
    print(model(torch.randn(1, 3, 32, 32)).shape)
plot(history)
while True:
    pass
";
    let network = Network::new(parse(text).unwrap(), PICTURES).unwrap();
    assert_eq!(network.output().dims(), [10]);
    // What builds modules must be right, wherever it stands.
    let error = |text: &str| parse(text).err().unwrap().to_string();
    assert!(error(&format!("{text}\nother = nn.Linear(3)")).contains("nn.Linear needs `out_features`"));
    assert!(error(&text.replace("nn.Sequential(", "nn.Sequentail(")).contains("did you mean `nn.Sequential`?"));
}

#[test]
fn what_grows_without_end_is_refused_and_not_followed() {
    let error = |text: &str| match parse(text) {
        Ok(tree) => Network::new(tree, PICTURES).err().map_or("accepted".into(), |error| error.to_string()),
        Err(error) => error.to_string(),
    };
    for (text, sentence) in [
        ("a = []\nfor i in range(9999):\n    a = [a]\nmodel = nn.ReLU()", "nested"),
        ("a = ()\nfor i in range(9999):\n    a = (a,)\nmodel = nn.ReLU()", "nested"),
        ("a = [1]\nfor i in range(99):\n    a = list(zip(a, a))\nmodel = nn.ReLU()", "nested"),
        ("a = [1]\nfor i in range(99):\n    a = [a, a]\nmodel = nn.ReLU()", "nested"),
        ("a = []\na.append(a)\nmodel = nn.ReLU()", "nested"),
        ("f = len\nfor i in range(9999):\n    f = partial(f, 1)\nmodel = nn.ReLU()", "nested"),
        ("f = len\nfor i in range(9999):\n    f = lambda f=f: f\nmodel = nn.ReLU()", "nested"),
        ("m = nn.ReLU()\nfor i in range(500):\n    m = nn.Sequential(m)\n", "nested"),
        ("m = nn.ReLU()\nfor i in range(30):\n    m = nn.Sequential(m, m)\n", "2000"),
        ("m = nn.Sequential()\nm.append(m)\n", "2000"),
        ("m = nn.Sequential(*[nn.ReLU() for _ in range(5000)])", "modules"),
        ("a = 'x'\nfor i in range(99):\n    a = a + a\nmodel = nn.ReLU()", "longer"),
        ("a = 2\nfor i in range(99):\n    a = a * a\nmodel = nn.ReLU()", "larger"),
        ("n = 0\nfor i in range(9999):\n    for j in range(9999):\n        n += 1\nmodel = nn.ReLU()", "steps"),
    ] {
        let began = std::time::Instant::now();
        let said = error(text);
        assert!(said.contains(sentence), "{text}\n{said}");
        assert!(began.elapsed().as_millis() < 500, "{text} took {:?}", began.elapsed());
    }
}

#[test]
fn every_preset_fits_the_pictures_and_is_small_enough_for_a_tab() {
    for preset in protocol::PRESETS {
        let network = Network::new(parse(&preset.settings().network).unwrap(), [3, 32, 32]).unwrap();
        assert_eq!(network.output().dims(), [10], "{}", preset.name);
        let multiply_adds: u64 = network.layers().iter().map(|layer| layer.multiply_adds).sum();
        println!("{}: {} parameters, {multiply_adds} multiply-adds", preset.name, network.parameter_count());
        assert!(multiply_adds < 15_000_000, "{}: {multiply_adds} multiply-adds a picture", preset.name);
    }
}

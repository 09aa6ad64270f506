//! ConvNetJS's `layer_defs`, as its pages have them: JavaScript's object literals, which become the layers that ConvNetJS makes of
//! them. Nothing else of the text is looked at.

use super::arguments::Given;
use super::evaluator::Evaluator;
use super::layers;
use super::tree::Tree;
use super::value::{Container, Value};
use super::{Failure, Place, error};

type Result<T> = std::result::Result<T, Failure>;

/// What every such text names.
const NAME: &str = "layer_defs";

pub(super) fn is_convnetjs(text: &str) -> bool {
    text.contains(NAME) && !text.contains("nn.")
}

/// `{type: 'conv', sx: 5, filters: 16}`
struct Definition {
    place: Place,
    entries: Vec<(String, Entry, Place)>,
}

enum Entry {
    Number(f64),
    Text(String),
}

pub(super) fn read(text: &str) -> Result<Tree> {
    let mut cursor = Cursor { rest: text, place: Place { line: 1, column: 1 } };
    let definitions = cursor.definitions()?;
    let mut chain = Chain { evaluator: Evaluator::new(None), layers: Vec::new(), size: None };
    for definition in &definitions {
        chain.definition(definition)?;
    }
    let place = definitions.first().map_or(cursor.place, |first| first.place);
    if chain.layers.is_empty() {
        return Err(error(place, "there are no layers in `layer_defs`"));
    }
    let given = Given { place, positional: chain.layers, keywords: Vec::new() };
    let root = chain.evaluator.call(&Value::Container(Container::Sequential), given)?;
    match root {
        Value::Object(root) => Tree::new(root, chain.evaluator.heap),
        other => Err(error(place, format!("a network is a module, and this is {}", other.kind()))),
    }
}

struct Cursor<'a> {
    rest: &'a str,
    place: Place,
}

impl<'a> Cursor<'a> {
    fn skip(&mut self, bytes: usize) -> &'a str {
        let (skipped, rest) = self.rest.split_at(bytes);
        for character in skipped.chars() {
            self.place = match character {
                '\n' => Place { line: self.place.line + 1, column: 1 },
                _ => Place { column: self.place.column + 1, ..self.place },
            };
        }
        self.rest = rest;
        skipped
    }

    /// Moves past spaces and comments.
    fn space(&mut self) {
        loop {
            self.skip(self.rest.len() - self.rest.trim_start().len());
            let end = match () {
                () if self.rest.starts_with("//") => self.rest.find('\n'),
                () if self.rest.starts_with("/*") => self.rest.find("*/").map(|end| end + 2),
                () => return,
            };
            self.skip(end.unwrap_or(self.rest.len()));
        }
    }

    fn take(&mut self, text: &str) -> bool {
        self.space();
        let found = self.rest.starts_with(text);
        if found {
            self.skip(text.len());
        }
        found
    }

    fn expected(&self, what: &str) -> Failure {
        let found = match self.rest.chars().next() {
            Some(found) => format!("not `{found}`"),
            None => "but the text ends".into(),
        };
        error(self.place, format!("{what} is expected here, {found}"))
    }

    fn word(&mut self) -> &'a str {
        self.space();
        let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | '+');
        self.skip(self.rest.find(|letter| !is_part(letter)).unwrap_or(self.rest.len()))
    }

    /// A text in quotes, or else a word.
    fn text(&mut self) -> Result<String> {
        self.space();
        let Some(quote) = self.rest.chars().next().filter(|quote| matches!(quote, '\'' | '"')) else {
            return Ok(self.word().into());
        };
        self.skip(1);
        let Some(end) = self.rest.find(quote) else { return Err(error(self.place, "a string does not end")) };
        let text = self.skip(end).to_owned();
        self.skip(1);
        Ok(text)
    }

    /// Every object that is pushed to `layer_defs`, or stands in its list.
    fn definitions(&mut self) -> Result<Vec<Definition>> {
        let mut definitions = Vec::new();
        while let Some(at) = self.rest.find(NAME) {
            self.skip(at + NAME.len());
            let is_push = self.take(".push");
            if !(is_push && self.take("(") || !is_push && self.take("=") && self.take("[")) {
                continue;
            }
            let end = if is_push { ")" } else { "]" };
            while !self.take(end) {
                definitions.push(self.definition()?);
                if !self.take(",") && !self.rest.starts_with(end) {
                    return Err(self.expected(&format!("`,` or `{end}`")));
                }
            }
        }
        Ok(definitions)
    }

    fn definition(&mut self) -> Result<Definition> {
        self.space();
        let place = self.place;
        if !self.take("{") {
            return Err(self.expected("`{`"));
        }
        let mut entries = Vec::new();
        while !self.take("}") {
            let place = self.place;
            let key = self.text()?;
            if key.is_empty() || !self.take(":") {
                return Err(self.expected("a name, a colon and a value"));
            }
            self.space();
            let is_text = self.rest.starts_with(['\'', '"']);
            let value = self.text()?;
            let entry = match protocol::number(&value) {
                _ if is_text => Entry::Text(value),
                Some(number) => Entry::Number(number),
                None if value.is_empty() => return Err(self.expected("a value")),
                None => Entry::Text(value),
            };
            entries.push((key, entry, place));
            if !self.take(",") && !self.rest.starts_with('}') {
                return Err(self.expected("`,` or `}`"));
            }
        }
        Ok(Definition { place, entries })
    }
}

impl Definition {
    fn text(&self, key: &str) -> Option<&str> {
        self.entries.iter().find_map(|(known, entry, _)| match entry {
            Entry::Text(text) if known == key => Some(text.as_str()),
            _ => None,
        })
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.entries.iter().find_map(|(known, entry, _)| match entry {
            Entry::Number(number) if known == key => Some(*number),
            _ => None,
        })
    }

    /// A whole number, or the default where it is not given.
    fn whole(&self, key: &str, default: Option<i64>) -> Result<i64> {
        let must = |place: Place| error(place, format!("`{key}` must be a whole number"));
        match (self.entries.iter().find(|(known, ..)| known == key), default) {
            (Some((_, Entry::Number(number), _)), _) if number.fract() == 0.0 && (0.0..1e9).contains(number) => {
                Ok(*number as i64)
            }
            (Some((.., place)), _) => Err(must(*place)),
            (None, Some(default)) => Ok(default),
            (None, None) => {
                let kind = self.text("type").unwrap_or("layer");
                Err(error(self.place, format!("a `{kind}` layer needs `{key}`")))
            }
        }
    }
}

/// The layers so far.
struct Chain<'s, 'g> {
    evaluator: Evaluator<'s, 'g>,
    layers: Vec<(Value, Place)>,
    /// What comes out of the last: width, height and depth; only depth behind a fully connected layer.
    size: Option<[i64; 3]>,
}

impl Chain<'_, '_> {
    fn push(&mut self, place: Place, name: &str, positional: &[i64], keywords: &[(&str, Value)]) -> Result<()> {
        let Some(layer) = layers::find(name) else { return Err(layers::unknown(name, place)) };
        let given = Given {
            place,
            positional: positional.iter().map(|&value| (Value::Int(value), place)).collect(),
            keywords: keywords.iter().map(|(name, value)| ((*name).into(), value.clone(), place)).collect(),
        };
        let layer = self.evaluator.call(&Value::Layer(layer), given)?;
        self.layers.push((layer, place));
        Ok(())
    }

    fn definition(&mut self, definition: &Definition) -> Result<()> {
        let place = definition.place;
        let Some(kind) = definition.text("type") else {
            return Err(error(place, "a layer needs its `type`, such as 'conv'"));
        };
        if kind == "input" {
            let length = |key| definition.whole(key, None);
            self.size = Some([length("out_sx")?, length("out_sy")?, length("out_depth")?]);
            return Ok(());
        }
        let Some(size) = self.size else { return Err(error(place, "the first layer is of the type 'input'")) };
        match kind {
            "conv" => self.convolution(definition, size)?,
            "pool" => self.pool(definition, size)?,
            "fc" => self.connected(definition, "num_neurons", size)?,
            "softmax" | "svm" => self.connected(definition, "num_classes", size)?,
            "regression" => self.connected(definition, "num_neurons", size)?,
            "relu" | "sigmoid" | "tanh" | "dropout" => {}
            other => {
                let known = [
                    "input",
                    "conv",
                    "pool",
                    "fc",
                    "softmax",
                    "svm",
                    "regression",
                    "dropout",
                    "relu",
                    "sigmoid",
                    "tanh",
                ];
                let hint = super::nearest(other, known.into_iter());
                let hint =
                    hint.map_or(format!("there are {}", known.join(", ")), |hint| format!("did you mean '{hint}'?"));
                return Err(error(place, format!("there is no layer type '{other}' here; {hint}")));
            }
        }
        match definition.text("activation").unwrap_or(kind) {
            "relu" => self.push(place, "ReLU", &[], &[])?,
            "sigmoid" => self.push(place, "Sigmoid", &[], &[])?,
            "tanh" => self.push(place, "Tanh", &[], &[])?,
            other if definition.text("activation").is_some() => {
                return Err(error(
                    place,
                    format!("the activation '{other}' is not read; there are relu, sigmoid and tanh"),
                ));
            }
            _ => {}
        }
        match definition.number("drop_prob") {
            Some(p) => self.push(place, "Dropout", &[], &[("p", Value::Float(p))]),
            None if kind == "dropout" => self.push(place, "Dropout", &[], &[]),
            None => Ok(()),
        }
    }

    fn convolution(&mut self, definition: &Definition, [width, height, depth]: [i64; 3]) -> Result<()> {
        let (sx, filters) = (definition.whole("sx", None)?, definition.whole("filters", None)?);
        let sy = definition.whole("sy", Some(sx))?;
        let (stride, pad) = (definition.whole("stride", Some(1))?, definition.whole("pad", Some(0))?);
        let kernel = Value::tuple([Value::Int(sy), Value::Int(sx)]);
        let keywords = [("kernel_size", kernel), ("stride", Value::Int(stride)), ("padding", Value::Int(pad))];
        self.push(definition.place, "Conv2d", &[depth, filters], &keywords)?;
        self.size = Some([moved(width, sx, stride, pad), moved(height, sy, stride, pad), filters]);
        Ok(())
    }

    fn pool(&mut self, definition: &Definition, [width, height, depth]: [i64; 3]) -> Result<()> {
        let sx = definition.whole("sx", None)?;
        let (stride, pad) = (definition.whole("stride", Some(2))?, definition.whole("pad", Some(0))?);
        let keywords = [("stride", Value::Int(stride)), ("padding", Value::Int(pad))];
        self.push(definition.place, "MaxPool2d", &[sx], &keywords)?;
        self.size = Some([moved(width, sx, stride, pad), moved(height, sx, stride, pad), depth]);
        Ok(())
    }

    fn connected(&mut self, definition: &Definition, key: &str, [width, height, depth]: [i64; 3]) -> Result<()> {
        let neurons = definition.whole(key, None)?;
        let is_picture =
            !self.layers.iter().any(|(layer, _)| matches!(layer, Value::Object(object) if object.name() == "Flatten"));
        if is_picture {
            self.push(definition.place, "Flatten", &[], &[])?;
        }
        let features = width.saturating_mul(height).saturating_mul(depth);
        self.push(definition.place, "Linear", &[features, neurons], &[])?;
        self.size = Some([1, 1, neurons]);
        Ok(())
    }
}

/// How often a window fits.
fn moved(length: i64, window: i64, stride: i64, pad: i64) -> i64 {
    (length + 2 * pad - window).max(-1).div_euclid(stride.max(1)) + 1
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    const PAGE: &str = "layer_defs = [];
layer_defs.push({type:'input', out_sx:32, out_sy:32, out_depth:3});
layer_defs.push({type:'conv', sx:5, filters:16, stride:1, pad:2, activation:'relu'});
layer_defs.push({type:'pool', sx:2, stride:2});
layer_defs.push({type:'conv', sx:5, filters:20, stride:1, pad:2, activation:'relu'}); // the second
layer_defs.push({type:'pool', sx:2, stride:2});
layer_defs.push({type:'conv', sx:5, filters:20, stride:1, pad:2, activation:'relu'});
layer_defs.push({type:'pool', sx:2, stride:2});
layer_defs.push({type:'softmax', num_classes:10});

net = new convnetjs.Net();
net.makeLayers(layer_defs);
trainer = new convnetjs.SGDTrainer(net, {method:'adadelta', batch_size:4, l2_decay:0.0001});
";

    #[test]
    fn the_page_s_network_is_the_one_that_is_written_as_pytorch() {
        assert_eq!(parse(PAGE).unwrap().to_string(), parse(protocol::CONVNETJS).unwrap().to_string());
    }

    #[test]
    fn a_list_of_definitions_with_dropout_is_read_too() {
        let text = "var layer_defs = [{type: \"input\", out_sx: 1, out_sy: 1, out_depth: 2},
            {type: 'fc', num_neurons: 6, activation: 'tanh', drop_prob: 0.5}, {type: 'svm', num_classes: 2},];";
        let printed = parse(text).unwrap().to_string();
        assert!(
            printed
                .contains("(1): Linear(in_features=2, out_features=6, bias=True)\n  (2): Tanh()\n  (3): Dropout(p=0.5")
        );
        assert!(printed.contains("(4): Linear(in_features=6, out_features=2, bias=True)"), "{printed}");
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        let error = |text: &str| parse(text).err().unwrap().to_string();
        assert_eq!(
            error(&PAGE.replacen("'pool'", "'pol'", 1)),
            "line 4, column 17: there is no layer type 'pol' here; did you mean 'pool'?"
        );
        assert_eq!(error(&PAGE.replacen("filters:16, ", "", 1)), "line 3, column 17: a `conv` layer needs `filters`");
        assert!(error("layer_defs.push({type:'conv', sx:5, filters:16});").contains("the first layer"));
        assert!(error("layer_defs.push({type:'input' out_sx:32});").contains("`,` or `}` is expected here"));
        assert!(error("layer_defs = [];").contains("there are no layers"));
    }
}

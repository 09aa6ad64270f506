//! The network language: what a student writes in a notebook, read and never executed. `lexer`, `parser` and `expressions` make a
//! tree of the text, `evaluator/` builds the modules that it describes and runs their forward passes, `print/` writes them again.

mod arguments;
mod convnetjs;
mod definitions;
mod evaluator;
mod export;
mod expressions;
mod functions;
mod layers;
mod lexer;
mod library;
mod parser;
mod print;
mod reader;
mod syntax;
mod tree;
mod value;

use std::fmt;

pub use export::export;
pub use tree::Tree;

/// Longest text that is read, in bytes.
const LONGEST: usize = 100_000;

/// Where in the text, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// A text that is not a network, with what was expected where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    pub place: Place,
    pub message: String,
}

impl ParseError {
    /// An error of the library that has a place in the text.
    pub fn of(error: &chalkgrad::Error) -> Option<Self> {
        let &chalkgrad::Error::At { line, column, .. } = error else { return None };
        let (text, place) = (error.to_string(), Place { line, column });
        let message = text.strip_prefix(&format!("line {line}, column {column}: ")).unwrap_or(&text);
        Some(Self { place, message: message.into() })
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.place.line, self.place.column, self.message)
    }
}

/// An error on its way up: one pointer, because it is part of every result.
type Failure = Box<ParseError>;

fn error(place: Place, message: impl Into<String>) -> Failure {
    Box::new(ParseError { place, message: message.into() })
}

/// Reads a network.
pub fn parse(text: &str) -> Result<Tree, ParseError> {
    if text.len() > LONGEST {
        let message = format!("this text has {} bytes; a network of up to {LONGEST} is read", text.len());
        return Err(ParseError { place: Place { line: 1, column: 1 }, message });
    }
    let read = match convnetjs::is_convnetjs(text) {
        true => convnetjs::read(text),
        false => lexer::tokens(text).and_then(|tokens| reader::read(&parser::parse(&tokens)?)),
    };
    read.map_err(|failure| *failure)
}

/// The name that was probably meant.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > 40 {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let distances = known.map(|known| (distance(&lower, &known.to_ascii_lowercase()), known));
    let (distance, nearest) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2 && distance < name.len()).then_some(nearest)
}

/// Levenshtein's edit distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(text: &str) -> String {
        match parse(text) {
            Ok(network) => panic!("{network} was accepted"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_convnetjs_network_is_read_as_pytorch_prints_it() {
        let network = parse(protocol::CONVNETJS).unwrap().to_string();
        assert!(
            network.contains("(3): Conv2d(16, 20, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))"),
            "{network}"
        );
        assert!(
            network.contains("(2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"),
            "{network}"
        );
        assert!(network.contains("(10): Linear(in_features=320, out_features=10, bias=True)"), "{network}");
    }

    #[test]
    fn notebooks_write_the_same_network_in_many_ways() {
        for text in [
            "nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))",
            "model = torch.nn.Sequential(\n  nn.Flatten(),  # pictures to rows\n  nn.Linear(in_features=3_072, out_features=10,),\n)",
            "Sequential(Flatten(), Linear(3072, out_features=10, bias=True))",
            "import torch.nn as nn\nmodel = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))\n",
        ] {
            assert_eq!(
                parse(text).unwrap().to_string(),
                parse("nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))").unwrap().to_string()
            );
        }
    }

    #[test]
    fn every_kind_of_layer_is_read() {
        for (text, print) in [
            (
                "nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False)",
                "Conv2d(8, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=8, bias=False)",
            ),
            (
                "nn.ConvTranspose2d(8, 4, 3, stride=2, output_padding=1)",
                "ConvTranspose2d(8, 4, kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1))",
            ),
            (
                "nn.MaxPool2d(3, 2, 1, ceil_mode=True)",
                "MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=True)",
            ),
            (
                "nn.BatchNorm2d(8, eps=1e-3, momentum=None)",
                "BatchNorm2d(8, eps=0.001, momentum=None, affine=True, bias=True, track_running_stats=True)",
            ),
            ("nn.LayerNorm([3, 4])", "LayerNorm((3, 4), eps=1e-05, elementwise_affine=True, bias=True)"),
            (
                "nn.MaxPool2d(2, dilation=(1, 3))",
                "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=(1, 3), ceil_mode=False)",
            ),
            (
                "nn.Conv2d(3, 4, 5, padding='same', dilation=2)",
                "Conv2d(3, 4, kernel_size=(5, 5), stride=(1, 1), padding=same, dilation=(2, 2))",
            ),
            ("nn.Conv2d(3, 4, 5, padding=\"valid\")", "Conv2d(3, 4, kernel_size=(5, 5), stride=(1, 1))"),
            ("nn.AdaptiveAvgPool2d((2, 3))", "AdaptiveAvgPool2d(output_size=(2, 3))"),
            ("nn.AdaptiveMaxPool2d(1)", "AdaptiveMaxPool2d(output_size=1)"),
            ("nn.Upsample(scale_factor=2)", "Upsample(scale_factor=2.0, mode='nearest')"),
            ("nn.Upsample((4, 5), mode='bilinear', align_corners=True)", "Upsample(size=(4, 5), mode='bilinear')"),
            ("nn.Flatten(2)", "Flatten(start_dim=2, end_dim=-1)"),
            ("nn.Flatten(start_dim=-3, end_dim=-2)", "Flatten(start_dim=-3, end_dim=-2)"),
            ("nn.Softmax(dim=1)", "Softmax(dim=1)"),
            ("nn.LogSoftmax(-1)", "LogSoftmax(dim=-1)"),
            ("nn.GELU()", "GELU(approximate='none')"),
            ("nn.GELU(approximate='tanh')", "GELU(approximate='tanh')"),
            ("nn.Dropout(p=0.25)", "Dropout(p=0.25, inplace=False)"),
            ("nn.LeakyReLU(0.1, inplace=True)", "LeakyReLU(negative_slope=0.1)"),
            ("nn.Hardtanh(-2, 2)", "Hardtanh(min_val=-2.0, max_val=2.0)"),
        ] {
            let network = parse(&format!("nn.Sequential({text})")).unwrap().to_string();
            assert_eq!(network, format!("Sequential(\n  (0): {print}\n)"));
        }
    }

    #[test]
    fn errors_say_where_and_what_was_expected() {
        assert_eq!(
            error("nn.Sequential(\n  nn.Conv2D(3, 16, 5))"),
            "line 2, column 3: there is no layer `Conv2D`; did you mean `nn.Conv2d`?"
        );
        assert_eq!(
            error("nn.Sequential(nn.ReLU() nn.ReLU())"),
            "line 1, column 25: `,` or `)` is expected here, not `nn`"
        );
        assert_eq!(error("nn.Sequential(nn.Linear(10))"), "line 1, column 15: nn.Linear needs `out_features`");
        assert_eq!(
            error("nn.Sequential(nn.Linear(10, 5, size=3))"),
            "line 1, column 32: nn.Linear has no argument `size`; it takes in_features, out_features, bias"
        );
        assert_eq!(
            error("nn.Sequential(nn.Conv2d(3, 16, 2.5))"),
            "line 1, column 32: `kernel_size` must be a whole number of at least 1, or two of them"
        );
        assert_eq!(error("nn.Sequential(nn.ReLU()"), "line 1, column 14: `(` is never closed");
        assert_eq!(
            error(""),
            "line 1, column 1: there is no network in this text: `nn.Sequential(…)`, or a class that derives from nn.Module"
        );
        assert_eq!(
            error("nn.Sequential(nn.Flatten(start_dim=0))"),
            "line 1, column 26: `start_dim` cannot be 0, the axis that counts the pictures of a batch"
        );
        assert_eq!(
            error("nn.Sequential(nn.Softmax(1.5))"),
            "line 1, column 26: `dim` must be a whole number that names an axis, such as 1 or -1"
        );
        assert_eq!(error("nn.Sequential(nn.LogSoftmax())"), "line 1, column 15: nn.LogSoftmax needs `dim`");
        assert_eq!(error("nn.Sequential(nn.GELU('tan'))"), "line 1, column 23: `approximate` must be 'none' or 'tanh'");
        assert_eq!(error("nn.Sequential(nn.GELU('tanh))"), "line 1, column 23: `'` opens a string that does not end");
        assert_eq!(
            error("nn.Sequential(nn.Linear('10', 5))"),
            "line 1, column 25: `in_features` must be a whole number of at least 1"
        );
        assert_eq!(
            error("nn.Sequential(nn.Upsample(2, 3))"),
            "line 1, column 15: nn.Upsample needs one of `size` and `scale_factor`"
        );
        assert_eq!(
            error("nn.Sequential(nn.Upsample(scale_factor='2'))"),
            "line 1, column 27: `scale_factor` must be a number, or two of them"
        );
        assert_eq!(
            error("nn.Sequential(nn.Embedding(10, 3))"),
            "line 1, column 15: nn.Embedding has no place in a network of pictures: it looks up rows of a table by whole \
             numbers, and the pixels of pictures are none"
        );
        assert_eq!(
            error("nn.Sequential(nn.LayerNorm((4, 0)))"),
            "line 1, column 28: `normalized_shape` must be whole numbers of at least 1"
        );
    }

    #[test]
    fn deep_nesting_is_refused_not_followed_into_the_ground() {
        let text = "nn.Sequential(".repeat(5000) + &")".repeat(5000);
        assert!(error(&text).contains("nested"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = parse(&text);
        }

        #[test]
        fn no_mutation_of_a_network_panics(at in 0usize..400, with in "[-nC(),=0-9.'#\n \u{e9}]{0,4}") {
            let mut text = protocol::CONVNETJS.to_owned();
            let at = at.min(text.len() - 1);
            text.replace_range(at..=at, &with);
            let _ = parse(&text);
        }
    }
}

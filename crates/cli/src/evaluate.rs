//! `chalkgrad evaluate`: what a network that we ship reaches, on its test pictures or on people's strokes.

mod strokes;

use std::error::Error;
use std::path::PathBuf;

use crate::device::DeviceArgument;
use crate::judge::{Fraction, Judgement, judge};
use crate::pictures::Part;
use crate::shipped::Card;
use strokes::Half;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which network; with strokes, sketch-345 unless said otherwise.
    #[arg(long, required_unless_present = "strokes")]
    model: Option<String>,
    /// Drawings as strokes, one a line, in Quick, Draw!'s own JSON; plain or gzip.
    #[arg(long)]
    strokes: Option<PathBuf>,
    /// Offer only these categories, and look at their drawings alone.
    #[arg(long, value_delimiter = ',', requires = "strokes")]
    categories: Vec<String>,
    /// Drawings that the game did not recognise too.
    #[arg(long, requires = "strokes")]
    all: bool,
    /// Half of the drawings: one to steer by, the other to report.
    #[arg(long, value_enum, requires = "strokes")]
    half: Option<Half>,
    /// Where the networks lie.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// The folder that `chalkgrad data` wrote.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    #[arg(long, value_enum, default_value = "cpu")]
    device: DeviceArgument,
    /// One line of JSON instead of sentences.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let name = arguments.model.as_deref().unwrap_or("sketch-345");
    let (card, mut model) = Card::open(&arguments.models, name, &arguments.device.open()?)?;
    let mut offered: Vec<usize> = (0..card.classes.len()).collect();
    let (part, of) = match &arguments.strokes {
        Some(file) => {
            let raster = card.data.raster().ok_or_else(|| format!("{name} does not look at drawings"))?;
            offered = strokes::offered(&card.classes, &arguments.categories)?;
            let drawings = strokes::read(file, arguments.all, arguments.half)?;
            let of = if arguments.all { "drawings" } else { "recognised drawings" };
            (Part::Drawn(strokes::draw(&drawings, &card.classes, &offered, &raster)), of)
        }
        None => {
            let pictures = card.data.open(&arguments.data)?;
            let part = pictures.test.or(pictures.held_out).unwrap_or(pictures.training);
            (part, card.judged_on.as_str())
        }
    };
    if part.len() == 0 {
        return Err("there is no drawing of these categories".into());
    }
    let judgement = judge(&mut model, &part, &card.transforms, &card.classes, &offered)?;
    tell(arguments, &judgement, of, offered.len());
    Ok(())
}

fn tell(arguments: &Arguments, judgement: &Judgement, of: &str, classes: usize) {
    let &Judgement { n, top1, top3, top5, loss, ref confusions } = judgement;
    if arguments.json {
        let result = serde_json::json!({
            "n": n, "classes": classes, "loss": loss, "confusions": confusions,
            "accuracy": top1.value, "top1": top1.value, "top3": top3.value, "top5": top5.value,
            "intervals": { "top1": top1.interval, "top3": top3.interval, "top5": top5.interval },
        });
        println!("{result}");
        return;
    }
    println!("{n} of {of}, {classes} classes; 95% intervals");
    for (guesses, Fraction { value, interval: [low, high] }) in [(1, top1), (3, top3), (5, top5)] {
        let [value, low, high] = [value, low, high].map(|part| 100.0 * part);
        println!("top {guesses}: {value:.2}% ({low:.2} to {high:.2})");
    }
}

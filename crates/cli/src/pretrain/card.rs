//! What is shipped of a run: weights in half precision, and the card, for programs and for people.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use chalkgrad::{Dtype, StateDict};

use super::{Run, write};
use crate::judge::{Fraction, Judgement, judge};
use crate::pictures::Pictures;
use crate::shipped::Card;

/// Writes the three files and says what the network reaches.
pub(super) fn ship(run: &mut Run, folder: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    run.averaging.write(run.averaged.store())?;
    let state = pollster::block_on(run.averaged.state_dict())?;
    let in_f32 = judge_last(run)?;
    let bytes = state.to_dtype(Dtype::F16).to_safetensors()?;
    run.averaged.load_state_dict(&StateDict::from_safetensors(&bytes)?)?;
    let card = Card {
        name: name.into(),
        title: run.recipe.title.clone(),
        network: run.recipe.network.trim().into(),
        parameters: run.averaged.network().parameter_count(),
        input: run.pictures.training.shape(),
        classes: run.pictures.classes.clone(),
        transforms: run.recipe.transforms.clone(),
        data: run.recipe.data.clone(),
        seed: run.recipe.seed,
        epochs: run.recipe.epochs()?,
        seconds: run.header.seconds.round(),
        threads: run.header.threads,
        judged_on: judged_on(&run.pictures).into(),
        judgement: judge_last(run)?,
        accuracy_in_f32: in_f32.top1.value,
    };
    write(&folder.join(format!("{name}.safetensors")), &bytes)?;
    write(&folder.join(format!("{name}.json")), serde_json::to_string_pretty(&card)? + "\n")?;
    let examples = run.pictures.training.len();
    let text = for_people(&card, run.pictures.title, examples, bytes.len(), &run.recipe.notes);
    write(&folder.join(format!("{name}.md")), text)?;
    println!("{name}: {} right of {}", percent(&card.judgement.top1), card.judged_on);
    Ok(())
}

/// What there is of test pictures, held-out ones, and those that it was trained on.
fn judged_on(pictures: &Pictures) -> &'static str {
    match (&pictures.test, &pictures.held_out) {
        (Some(_), _) => "all test pictures",
        (None, Some(_)) => "the held-out pictures",
        (None, None) => "the pictures that it was trained on",
    }
}

fn judge_last(run: &mut Run) -> Result<Judgement, Box<dyn Error>> {
    let Pictures { classes, training, held_out, test, .. } = &run.pictures;
    let part = test.as_ref().or(held_out.as_ref()).unwrap_or(training);
    let all: Vec<usize> = (0..classes.len()).collect();
    judge(&mut run.averaged, part, &run.recipe.transforms, classes, &all)
}

/// `76.93% (76.1 to 77.7)`
fn percent(fraction: &Fraction) -> String {
    let [value, low, high] = [fraction.value, fraction.interval[0], fraction.interval[1]].map(|part| 100.0 * part);
    format!("{value:.2}% ({low:.1} to {high:.1})")
}

fn for_people(card: &Card, data: &str, examples: usize, bytes: usize, notes: &str) -> String {
    let Judgement { n, top1, top3, top5, confusions, .. } = &card.judgement;
    let Card { name, title, parameters, seed, epochs, threads, judged_on, network, .. } = card;
    let minutes = card.seconds / 60.0;
    let cost = 100.0 * (card.accuracy_in_f32 - top1.value);
    let mut text = format!(
        "# {name}\n\n{title}\n\nWritten by `chalkgrad pretrain {name}` from [`{name}.toml`]({name}.toml), \
         which says how it was trained; its notes stand below.\n\n\
         | | |\n|---|---|\n\
         | accuracy | {}, a 95% interval (Wilson), of {judged_on}, {n} of them; single view, last state |\n\
         | among its first three, five guesses | {}, {} |\n\
         | parameters | {parameters}, in half precision {bytes} bytes, which costs {cost:.2} points |\n\
         | trained on | {examples} pictures of {data}, {epochs} epochs, seed {seed} |\n\
         | time | {minutes:.0} minutes, threads: {threads} |\n\n",
        percent(top1),
        percent(top3),
        percent(top5),
    );
    text += "```python\n";
    text += network;
    text += "\n```\n\nWhat it confuses most:\n\n| | taken for | times |\n|---|---|---|\n";
    for confusion in confusions {
        let _infallible = writeln!(text, "| {} | {} | {} |", confusion.class, confusion.taken_for, confusion.times);
    }
    text + "\n" + notes.trim() + "\n"
}

//! What became of a round: each drawing with what it was taken for, and the training drawings that are most like it.

use leptos::{html, prelude::*};

use super::{
    super::{drawing::svg, pad::Pad},
    round::{Outcome, Turn, recognised},
};
use crate::{
    components::{Button, GuessBars, Look, ShownGuess, Tile},
    pictures::Tiles,
};

/// Training drawings that are shown of each.
const NEAREST: usize = 4;

/// Training drawings like one of the player's.
#[derive(Debug, Clone, PartialEq)]
struct Near {
    /// Their categories, nearest first.
    names: Vec<String>,
    tiles: Tiles,
}

/// Looks for the nearest training drawings, row by row.
#[derive(Clone, Copy)]
struct Search {
    pad: Pad,
    turns: StoredValue<Vec<Turn>>,
    /// For each row what was found, or why nothing was.
    found: RwSignal<Vec<Option<Result<Near, String>>>>,
}

impl Search {
    fn new(pad: Pad, turns: Vec<Turn>) -> Self {
        let found = RwSignal::new(vec![None; turns.len()]);
        let search = Self { pad, turns: StoredValue::new(turns), found };
        search.look(0);
        // Another network answers for itself, and not for the one that was asked.
        Effect::new(move |is_another: Option<bool>| {
            pad.run.built.track();
            if is_another == Some(true) {
                let give_up = |row: &mut Option<_>| {
                    row.get_or_insert_with(|| Err("The network has changed.".into()));
                };
                found.update(|found| found.iter_mut().for_each(give_up));
            }
            true
        });
        search
    }

    /// Asks for this row, then for the next. Ends with the component, or when somebody else has filled the row.
    fn look(self, row: usize) {
        let drawing = self.turns.try_with_value(|turns| turns.get(row).map(|turn| turn.drawing.clone()));
        let Some(drawing) = drawing.flatten() else { return };
        if drawing.is_empty() {
            return self.look(row + 1);
        }
        self.pad.run.neighbours(&drawing, move |answer| {
            let name = |class: u32| untrack(|| self.pad.name(class));
            let near = answer.map(|answer| Near {
                names: answer.neighbours.iter().take(NEAREST).map(|neighbour| name(neighbour.class)).collect(),
                tiles: answer.tiles,
            });
            let is_wanted = self.found.try_maybe_update(|found| {
                let Some(place @ None) = found.get_mut(row) else { return (false, false) };
                *place = Some(near);
                (true, true)
            });
            if is_wanted == Some(true) {
                self.look(row + 1);
            }
        });
    }
}

#[component]
pub fn Summary(pad: Pad, turns: Vec<Turn>, on_again: impl Fn() + 'static) -> impl IntoView {
    let score = format!("You: {} of {}", recognised(&turns), turns.len());
    let search = Search::new(pad, turns.clone());
    let heading = NodeRef::<html::H3>::new();
    // The button that led here is gone, so the keys begin here.
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            let _ = heading.focus();
        }
    });
    view! {
        <div class="game-score">
            <h3 tabindex="-1" node_ref=heading>{score}</h3>
            <Button label="Play again" look=Look::Main on_press=on_again />
        </div>
        <p class="small soft">
            "The network had never seen these drawings. Beside each are those of its training set that its last layer takes for most alike."
        </p>
        <ol class="game-rows" aria-label="Drawings of this round">
            {turns.into_iter().enumerate().map(|(row, turn)| view! { <Row search=search row=row turn=turn /> }).collect_view()}
        </ol>
    }
}

#[component]
fn Row(search: Search, row: usize, turn: Turn) -> impl IntoView {
    let Turn { word, outcome, drawing, seen } = turn;
    let (class, result) = match outcome {
        Outcome::Recognised { seconds } => ("right", format!("✓ recognised after {seconds:.1} s")),
        Outcome::TimeUp => ("wrong", "✗ not recognised in 20 s".into()),
        Outcome::Skipped => ("", "skipped".into()),
    };
    let of_word = |(name, probability): &(String, f32)| ShownGuess {
        name: name.clone(),
        probability: f64::from(*probability),
        right: *name == word,
    };
    let guesses: Vec<ShownGuess> = seen.iter().map(of_word).collect();
    let is_empty = drawing.is_empty();
    let picture = svg(&drawing);
    let title = format!("Puts “{word}” back on the pad, to look at it again");
    let label = format!("Your drawing of “{word}”");
    let drawn_for = word.clone();
    let keep = move || search.pad.change(|paper| paper.replace(&drawing, Some(drawn_for.clone())));
    view! {
        <li aria-label=word>
            <div class="game-drawing" role="img" aria-label=label inner_html=picture></div>
            <div class="game-result">
                <h4>{word.clone()}</h4>
                <p class=format!("small number {class}")>{result}</p>
                {(!guesses.is_empty()).then(|| view! { <GuessBars guesses=Signal::stored(guesses) /> })}
            </div>
            {if is_empty {
                view! { <p class="small soft">"Nothing was drawn."</p> }.into_any()
            } else {
                view! {
                    <div class="game-near">
                        <Nearest search=search row=row />
                        <Button label="Keep this drawing" title=title look=Look::Quiet on_press=keep />
                    </div>
                }
                    .into_any()
            }}
        </li>
    }
}

#[component]
fn Nearest(search: Search, row: usize) -> impl IntoView {
    let found = Memo::new(move |_| search.found.with(|found| found.get(row).cloned().flatten()));
    let tiles = move |near: Near| {
        let sheet = Signal::stored(Some(near.tiles));
        let tile = move |(index, name): (usize, String)| {
            view! {
                <li title=name>
                    <Tile tiles=sheet index=index />
                    <span>{name.clone()}</span>
                </li>
            }
        };
        near.names.into_iter().enumerate().map(tile).collect_view()
    };
    move || match found.get() {
        Some(Ok(near)) => {
            view! { <ul class="game-tiles" aria-label="Nearest training drawings">{tiles(near)}</ul> }.into_any()
        }
        Some(Err(sentence)) => view! { <p class="game-tiles small soft">{sentence}</p> }.into_any(),
        None => view! { <p class="game-tiles small soft">"Looking for training drawings like it."</p> }.into_any(),
    }
}

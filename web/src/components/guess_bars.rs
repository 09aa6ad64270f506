//! The three best guesses for a picture as bars. The right class is marked ✓, a wrong best guess ✗: by sign, colour and words.

use leptos::prelude::*;

/// One guess, ready to be shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShownGuess {
    /// The class by name.
    pub name: String,
    /// Softmax probability, 0 to 1.
    pub probability: f64,
    /// It is the picture's true class.
    pub right: bool,
}

#[component]
pub fn GuessBars(
    #[prop(into)] guesses: Signal<Vec<ShownGuess>>,
    /// Whether the right class is known.
    #[prop(default = true)]
    judged: bool,
) -> impl IntoView {
    let row = move |rank: usize| {
        let guess = Memo::new(move |_| guesses.with(|guesses| guesses.get(rank).cloned()));
        let of = move |read: fn(&ShownGuess) -> String| {
            move || guess.with(|guess| guess.as_ref().map(read).unwrap_or_default())
        };
        let right = move || guess.with(|guess| guess.as_ref().is_some_and(|guess| guess.right));
        let wrong = move || judged && rank == 0 && guess.with(|guess| guess.as_ref().is_some_and(|guess| !guess.right));
        view! {
            <li class:right=right class:wrong=wrong>
                <span class="guess-fill" style:width=of(|guess| format!("{:.1}%", guess.probability.clamp(0.0, 1.0) * 100.0))></span>
                <span class="guess-name">{of(|guess| guess.name.clone())}</span>
                <span class="guess-mark">
                    {move || if right() { "✓" } else if wrong() { "✗" } else { "" }}
                </span>
                <span class="guess-number number">{of(|guess| format!("{:.0}%", guess.probability * 100.0))}</span>
            </li>
        }
    };
    view! { <ol class="guesses">{(0..3).map(row).collect_view()}</ol> }
}

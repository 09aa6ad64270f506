//! What was taken for what, as a table whose cells can be pressed: rows are true classes, columns are guesses.

use leptos::prelude::*;

use crate::{format, judgement::Share};

#[component]
pub fn ConfusionMatrix(
    #[prop(into)] classes: Signal<Vec<String>>,
    /// How often each class (row) was taken for each (column).
    #[prop(into)]
    counts: Signal<Vec<Vec<usize>>>,
    /// The chosen cell: class, and what it was taken for.
    #[prop(into)]
    chosen: Signal<Option<(usize, usize)>>,
    #[prop(into)] on_choose: Callback<(usize, usize)>,
) -> impl IntoView {
    // Shades are shares of a row: a class with few pictures counts as much as one with many.
    let cell = move |row: usize, column: usize| {
        let count =
            move || counts.with(|counts| counts.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default());
        let of_row = move || counts.with(|counts| counts.get(row).map_or(0, |row| row.iter().sum::<usize>()));
        let shade = move || (count() as f64 / of_row().max(1) as f64).sqrt();
        let name = move |class: usize| classes.with(|classes| classes.get(class).cloned().unwrap_or_default());
        let words = move || format!("{} of {} {} taken for {}", count(), of_row(), name(row), name(column));
        view! {
            <td>
                <button
                    type="button"
                    class=if row == column { "confusion right" } else { "confusion" }
                    style:--shade=move || format!("{:.0}%", 100.0 * shade())
                    class:strong=move || { shade() > 0.6 }
                    aria-pressed=move || (chosen.get() == Some((row, column))).to_string()
                    aria-label=words
                    title=words
                    on:click=move |_| on_choose.run((row, column))
                >
                    {move || match count() {
                        0 => String::new(),
                        count => format::grouped(count as u64),
                    }}
                </button>
            </td>
        }
    };
    let share = move |row: usize| {
        counts.with(|counts| {
            let Some(counts) = counts.get(row) else { return String::new() };
            let share = Share::of(counts.get(row).copied().unwrap_or_default(), counts.iter().sum());
            format!("{:.0}%", share.value * 100.0)
        })
    };
    let size = Memo::new(move |_| classes.with(Vec::len));
    view! {
        <table class="confusions number">
            <caption class="for-screen-readers">"Rows are the true classes, columns what they were taken for"</caption>
            <thead>
                <tr>
                    <th scope="col"><span class="for-screen-readers">"Class"</span></th>
                    {move || {
                        classes.get().into_iter().map(|name| view! { <th scope="col" class="guessed"><span>{name}</span></th> }).collect_view()
                    }}
                    <th scope="col" class="guessed"><span>"right"</span></th>
                </tr>
            </thead>
            <tbody>
                {move || {
                    (0..size.get())
                        .map(|row| {
                            view! {
                                <tr>
                                    <th scope="row">{move || classes.with(|classes| classes.get(row).cloned())}</th>
                                    {(0..size.get()).map(|column| cell(row, column)).collect_view()}
                                    <td class="share">{move || share(row)}</td>
                                </tr>
                            }
                        })
                        .collect_view()
                }}
            </tbody>
        </table>
    }
}

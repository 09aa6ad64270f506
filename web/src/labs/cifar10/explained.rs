//! The very sum behind a number that was pressed: what it read, the weights, what came of it, and the pixels that it sees.

use leptos::prelude::*;
use protocol::Gathering;

use crate::{
    components::{Button, Look, PictureSheet, Tile},
    format,
    pictures::Tiles,
    plots::colour::Meaning,
    run::Explanation,
};

/// Terms of a sum that are written out.
const WRITTEN: usize = 3;

/// How a number came about, or why nobody can say; nothing before the answer.
pub type Told = Option<Result<Explanation, String>>;

/// The sum in words: the terms that weigh most, the rest, the bias, the result.
fn words(explanation: &Explanation) -> String {
    let number = |value: f32| format::significant(f64::from(value));
    let Explanation { gathering, terms, weights, bias, result, function, .. } = explanation;
    match (gathering, weights) {
        (Gathering::Sum, Some(weights)) => {
            let mut products: Vec<(f32, f32)> = terms.iter().copied().zip(weights.iter().copied()).collect();
            products.sort_unstable_by(|a, b| (b.0 * b.1).abs().total_cmp(&(a.0 * a.1).abs()));
            let written =
                products.iter().take(WRITTEN).map(|(term, weight)| format!("{} · {}", number(*term), number(*weight)));
            let rest: f32 = products.iter().skip(WRITTEN).map(|(term, weight)| term * weight).sum();
            let others = products.len().saturating_sub(WRITTEN);
            let rest =
                (others > 0).then(|| format!("{} ({} smaller products)", number(rest), format::grouped(others as u64)));
            let bias = bias.map(|bias| format!("{} (bias)", number(bias)));
            let parts: Vec<String> = written.chain(rest).chain(bias).collect();
            format!("{} = {}", parts.join(" + "), number(*result))
        }
        (Gathering::Largest, _) => format!("The largest of {} numbers is {}.", terms.len(), number(*result)),
        (Gathering::Mean, _) => format!("The mean of {} numbers is {}.", terms.len(), number(*result)),
        (Gathering::Function, _) => {
            let term = terms.first().copied().unwrap_or_default();
            format!("{}({}) = {}", function.as_deref().unwrap_or("f"), number(term), number(*result))
        }
        (Gathering::Sum, None) => number(*result),
    }
}

#[component]
pub fn Explained(
    /// Which number it is.
    place: Signal<String>,
    explanation: Signal<Told>,
    /// The picture that is looked at.
    picture: Signal<Option<Tiles>>,
    on_close: Callback<()>,
) -> impl IntoView {
    let known = move || explanation.get().and_then(Result::ok);
    let text = move || match explanation.get() {
        Some(Ok(explanation)) => words(&explanation),
        Some(Err(sentence)) => sentence,
        None => String::new(),
    };
    let terms = Signal::derive(move || known().and_then(|known| Tiles::of_numbers("read", known.shape, &known.terms)));
    let weights = Signal::derive(move || {
        known().and_then(|known| Tiles::of_numbers("weights", known.shape, known.weights.as_deref()?))
    });
    let is_sum = move || weights.with(Option::is_some);
    let is_window = move || known().is_some_and(|known| known.gathering != Gathering::Function);
    // The field on the picture, in percent of its size.
    let field = move |edge: usize| {
        let (Some(field), Some(size)) = (
            known().and_then(|known| known.field),
            picture.with(|picture| picture.as_ref().map(|tiles| [tiles.sheet.height, tiles.sheet.width])),
        ) else {
            return "0".to_owned();
        };
        let [top, bottom, left, right] = field;
        let (from, length, of) = [(top, bottom - top, size[0]), (left, right - left, size[1])][edge % 2];
        let value = if edge < 2 { from } else { length };
        format!("{}%", 100.0 * f64::from(value) / f64::from(of.max(1)))
    };
    view! {
        <section class="explained-sum" aria-label="How this number came about">
            <header>
                <strong class="small">{place}</strong>
                <Button label="Close" look=Look::Quiet on_press=move || on_close.run(()) />
            </header>
            <p class="small number" role="status">{text}</p>
            <div class="explained-parts">
                <figure>
                    <span class="field-of-view">
                        <Tile tiles=picture index=0usize />
                        <span class="field-edge" style:top=move || field(0) style:left=move || field(1) style:height=move || field(2) style:width=move || field(3)></span>
                    </span>
                    <figcaption class="small soft">"sees"</figcaption>
                </figure>
                <Show when=is_window>
                    <figure class="wide">
                        <PictureSheet tiles=terms noun="channel" />
                        <figcaption class="small soft">"reads"</figcaption>
                    </figure>
                </Show>
                <Show when=is_sum>
                    <figure class="wide">
                        <PictureSheet tiles=weights noun="channel" meaning=Some(Meaning::Weight) />
                        <figcaption class="small soft">"times these weights"</figcaption>
                    </figure>
                </Show>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_names_its_largest_products_the_rest_and_the_bias() {
        let explanation = Explanation {
            gathering: Gathering::Sum,
            function: None,
            shape: [1, 1, 5],
            terms: vec![1.0, 2.0, -1.0, 0.5, 0.0],
            weights: Some(vec![0.25, 2.0, 1.0, 3.0, 9.0]),
            bias: Some(0.5),
            result: 5.25,
            field: None,
        };
        assert_eq!(words(&explanation), "2 · 2 + 0.5 · 3 + −1 · 1 + 0.25 (2 smaller products) + 0.5 (bias) = 5.25");
        let largest = Explanation { gathering: Gathering::Largest, weights: None, result: 2.0, ..explanation.clone() };
        assert_eq!(words(&largest), "The largest of 5 numbers is 2.");
        let function =
            Explanation { gathering: Gathering::Function, function: Some("relu".into()), weights: None, ..explanation };
        assert_eq!(words(&function), "relu(1) = 5.25");
    }
}

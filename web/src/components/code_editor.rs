//! A place to type network text: plain and quick, with line numbers, and an error shown beside the line that it names.
//! The text belongs to whoever types: it is written from outside only where it differs, so that the caret stays.

use leptos::{ev, html, prelude::*};

/// What stands before a place, as blanks; and the word that stands there.
fn marked(text: &str, [line, column]: [u32; 2]) -> (String, String) {
    let (line, column) = (line.saturating_sub(1) as usize, column.saturating_sub(1) as usize);
    let mut before = "\n".repeat(line);
    let letters: Vec<char> = text.split('\n').nth(line).unwrap_or("").chars().collect();
    let column = column.min(letters.len());
    before.extend(letters[..column].iter().map(|letter| if *letter == '\t' { '\t' } else { ' ' }));
    let is_word = |letter: &&char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
    let word: String = letters[column..].iter().take_while(is_word).collect();
    let at = if word.is_empty() { " ".into() } else { word };
    (before, at)
}

#[component]
pub fn CodeEditor(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
    /// What is wrong with the text, in a sentence.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    /// The line and column that it is about, from 1.
    #[prop(optional, into)]
    bad_place: Signal<Option<[u32; 2]>>,
    /// What is to be said of a text that nothing is wrong with.
    #[prop(optional, into)]
    praise: Signal<Option<String>>,
    /// Ctrl+Enter or ⌘+Enter.
    #[prop(optional)]
    on_apply: Option<UnsyncCallback<()>>,
) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let scrolled = RwSignal::new([0, 0]);
    Effect::new(move |_| {
        let (Some(area), text) = (area.get(), value.get()) else { return };
        if area.value() != text {
            area.set_value(&text);
            area.set_scroll_left(0);
            area.set_scroll_top(0);
        }
    });
    let numbers = move || {
        let count = value.with(|text| text.split('\n').count()) as u32;
        (1..=count)
            .map(|line| view! { <span class:bad=move || bad_place.get().is_some_and(|[bad, _]| bad == line)>{line}</span> })
            .collect_view()
    };
    let mark = move || {
        let place = bad_place.get().filter(|_| problem.read().is_some())?;
        let (before, at) = value.with(|text| marked(text, place));
        Some(view! { {before} <mark>{at}</mark> })
    };
    let shift = move || {
        let [left, top] = scrolled.get();
        format!("translate({}px, {}px)", -left, -top)
    };
    let apply = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            if let Some(on_apply) = on_apply {
                on_apply.run(());
            }
        }
    };
    view! {
        <div class="editor" class:bad=move || problem.read().is_some()>
            <div class="editor-room">
                <div class="editor-numbers number" aria-hidden="true" style:transform=move || format!("translateY({}px)", -scrolled.get()[1])>
                    {numbers}
                </div>
                <div class="editor-marks" aria-hidden="true"><pre style:transform=shift>{mark}</pre></div>
                <textarea
                    node_ref=area
                    class="editor-text code"
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    wrap="off"
                    rows=move || value.with(|text| text.split('\n').count().clamp(4, 14)).to_string()
                    aria-label=label
                    aria-invalid=move || problem.read().is_some().then_some("true")
                    on:input=move |event| on_change.run(event_target_value(&event))
                    on:scroll=move |_| {
                        scrolled.set(area.get_untracked().map_or([0, 0], |area| [area.scroll_left(), area.scroll_top()]));
                    }
                    on:keydown=apply
                ></textarea>
            </div>
            <p class="editor-verdict" class:field-problem=move || problem.read().is_some() role="status">
                {move || problem.get().or_else(|| praise.get())}
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn a_mark_lies_under_the_word_that_is_wrong() {
        let text = "nn.Sequential(\n\tnn.Conv2D(3, 16, 5))";
        assert_eq!(marked(text, [2, 2]), ("\n\t".into(), "nn.Conv2D".into()));
        assert_eq!(marked(text, [1, 14]), (" ".repeat(13), " ".into()));
        assert_eq!(marked("", [1, 1]), (String::new(), " ".into()));
        assert_eq!(marked("x", [9, 9]), ("\n".repeat(8), " ".into()));
    }
}

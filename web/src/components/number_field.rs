//! A number to type, with its range. What cannot be read is kept as typed, marked, and explained; the last good number stands.

use leptos::prelude::*;

use super::Term;
use crate::format;

/// Reads a number within a range, or says in a sentence what is wrong.
pub fn read_number(text: &str, low: f64, high: f64, whole: bool) -> Result<f64, String> {
    let value = protocol::number(text).ok_or_else(|| format!("“{}” is not a number.", text.trim()))?;
    if value < low || value > high {
        return Err(format!("Choose a number from {} to {}.", format::plain(low), format::plain(high)));
    }
    if whole && value.fract() != 0.0 {
        return Err("Choose a whole number.".into());
    }
    Ok(value)
}

#[component]
pub fn NumberField(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<f64>,
    #[prop(into)] on_change: Callback<f64>,
    low: f64,
    high: f64,
    #[prop(optional)] whole: bool,
    #[prop(optional, into)] unit: &'static str,
    #[prop(optional, into)] meaning: String,
) -> impl IntoView {
    let problem = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        value.track();
        problem.set(None);
    });
    view! {
        <div class="field">
            <label>
                <span class="field-label"><Term word=label meaning=meaning /><span class="field-unit">{unit}</span></span>
                <input
                    type="text"
                    inputmode="decimal"
                    class="number"
                    aria-label=label
                    aria-invalid=move || problem.read().is_some().then_some("true")
                    prop:value=move || format::plain(value.get())
                    on:change=move |event| match read_number(&event_target_value(&event), low, high, whole) {
                        Ok(number) => {
                            problem.set(None);
                            on_change.run(number);
                        }
                        Err(sentence) => problem.set(Some(sentence)),
                    }
                />
            </label>
            <p class="field-problem" role="status">{problem}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::read_number;

    #[test]
    fn what_is_typed_is_read_or_refused_with_a_sentence() {
        assert_eq!(read_number(" 6e-3 ", 0.0, 1.0, false), Ok(0.006));
        assert_eq!(read_number("0.5", 0.0, 1.0, true).unwrap_err(), "Choose a whole number.");
        for text in ["", "abc", "NaN", "inf", "2", "-1"] {
            assert!(read_number(text, 0.0, 1.0, false).unwrap_err().ends_with('.'), "{text}");
        }
    }
}

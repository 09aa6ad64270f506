//! What the page itself changes in a network's text: how many outputs its last linear layer has. It knows text, not Python.

use std::ops::Range;

/// Where the last linear layer says how many outputs it has: `nn.Linear(64, 10)`, `Linear(64, out_features=10, bias=False)`.
fn place_of_outputs(text: &str) -> Option<Range<usize>> {
    const LAYER: &str = "Linear(";
    let arguments = &text[text.rfind(LAYER)? + LAYER.len()..];
    let second = arguments.split_once(',')?.1.trim_start();
    let second = second.strip_prefix("out_features=").unwrap_or(second);
    let digits = second.bytes().take_while(u8::is_ascii_digit).count();
    let is_whole = second[digits..].trim_start().starts_with([',', ')']);
    let start = text.len() - second.len();
    (digits > 0 && is_whole).then_some(start..start + digits)
}

/// The text with a network of so many outputs: where its last linear layer had `before` of them, if that is asked for.
pub fn with_outputs(text: &str, before: Option<usize>, now: usize) -> String {
    match place_of_outputs(text) {
        Some(place) if before.is_none_or(|before| text[place.clone()].parse() == Ok(before)) => {
            format!("{}{now}{}", &text[..place.start], &text[place.end..])
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use protocol::SKETCH_PRESETS;

    use super::with_outputs;

    #[test]
    fn only_the_last_layer_changes() {
        let text = "nn.Sequential(nn.Linear(3072, 10), nn.ReLU(), nn.Linear(10, 10),\n)";
        let changed = "nn.Sequential(nn.Linear(3072, 10), nn.ReLU(), nn.Linear(10, 3),\n)";
        assert_eq!(with_outputs(text, Some(10), 3), changed);
        assert_eq!(with_outputs(text, None, 3), changed);
        assert_eq!(with_outputs(text, Some(7), 3), text, "it had another number of classes");
    }

    #[test]
    fn a_layer_may_say_more_of_itself() {
        assert_eq!(with_outputs("nn.Linear(4 * 4, 10, bias=False)", None, 345), "nn.Linear(4 * 4, 345, bias=False)");
        assert_eq!(with_outputs("nn.Linear(8, out_features=10 )", None, 2), "nn.Linear(8, out_features=2 )");
    }

    #[test]
    fn what_has_no_number_of_outputs_stays() {
        for text in ["Net()", "nn.Linear(64)", "nn.Linear(64, classes)", "nn.Linear(64, 2 * 5)", "nn.Linear(", ""] {
            assert_eq!(with_outputs(text, None, 3), text);
        }
    }

    #[test]
    fn every_preset_for_drawings_takes_any_number_of_categories() {
        for preset in &SKETCH_PRESETS {
            let changed = with_outputs(&preset.settings().network, None, 17);
            assert!(changed.contains(", 17)"), "{changed}");
        }
    }
}

//! Settings as a link: `#/cifar10?opt=sgd&rate=0.01`. Only what differs from the defaults is written, under short keys, and
//! reading is total: what cannot be read is skipped and named in a sentence. Pure text, no browser.

use protocol::{DatasetName, PRESETS, Preset, SKETCH_PRESETS, Settings};
use serde_json::{Value, json};

use crate::format;

/// Where each key's value stands in the JSON of the settings. The kinds come first, since they replace what stands below them.
const KEYS: [(&str, &str); 49] = [
    ("data", "/dataset"),
    ("categories", "/drawings/categories"),
    ("each", "/drawings/each"),
    ("distort", "/drawings/distort"),
    ("device", "/device"),
    ("batch", "/batch_size"),
    ("workers", "/workers"),
    ("opt", "/optimizer/kind"),
    ("rate", "/optimizer/learning_rate"),
    ("momentum", "/optimizer/momentum"),
    ("dampening", "/optimizer/dampening"),
    ("nesterov", "/optimizer/nesterov"),
    ("rate_decay", "/optimizer/learning_rate_decay"),
    ("accumulator", "/optimizer/initial_accumulator_value"),
    ("alpha", "/optimizer/alpha"),
    ("centered", "/optimizer/centered"),
    ("rho", "/optimizer/rho"),
    ("beta1", "/optimizer/beta1"),
    ("beta2", "/optimizer/beta2"),
    ("amsgrad", "/optimizer/amsgrad"),
    ("eps", "/optimizer/epsilon"),
    ("decay", "/optimizer/weight_decay"),
    ("decay_biases", "/optimizer/decay_biases"),
    ("schedule", "/schedule/kind"),
    ("step_size", "/schedule/step_size"),
    ("gamma", "/schedule/gamma"),
    ("t_max", "/schedule/t_max"),
    ("eta_min", "/schedule/eta_min"),
    ("epochs", "/schedule/epochs"),
    ("pct_start", "/schedule/pct_start"),
    ("div", "/schedule/div_factor"),
    ("final_div", "/schedule/final_div_factor"),
    ("cycle_momentum", "/schedule/cycle_momentum"),
    ("base_momentum", "/schedule/base_momentum"),
    ("max_momentum", "/schedule/max_momentum"),
    ("flip", "/augmentation/flip"),
    ("shift", "/augmentation/shift"),
    ("scale", "/transforms/scale"),
    ("mean", "/transforms/mean"),
    ("deviation", "/transforms/deviation"),
    ("smoothing", "/label_smoothing"),
    ("dropout", "/dropout"),
    ("stop_epochs", "/stop/epochs"),
    ("stop_accuracy", "/stop/accuracy"),
    ("stop_seconds", "/stop/seconds"),
    ("init", "/initialization"),
    ("seed", "/seed"),
    ("net", "/network"),
    ("preset", ""),
];

/// The query of a link to these settings, without `?`; empty for the defaults. It begins from the preset of the lab that is nearest.
pub fn query_of(settings: &Settings) -> String {
    let presets = presets_of(settings);
    let from = |preset: &Preset| {
        let name = (preset.name != presets[0].name).then(|| format!("preset={}", preset.name));
        let query: Vec<String> = name.into_iter().chain(differences(&preset.settings(), settings)).collect();
        query.join("&")
    };
    presets.iter().map(from).min_by_key(String::len).unwrap_or_default()
}

/// The presets of the lab that learns from such data; its defaults first.
fn presets_of(settings: &Settings) -> &'static [Preset] {
    if settings.dataset == DatasetName::Drawings { &SKETCH_PRESETS } else { &PRESETS }
}

/// What must be changed, key by key, to come from one settings to others.
fn differences(from: &Settings, to: &Settings) -> Vec<String> {
    let wanted = json!(to);
    let mut reached = json!(from);
    let mut query = Vec::new();
    for (key, pointer) in KEYS.iter().filter(|(_, pointer)| !pointer.is_empty()) {
        let Some(value) = wanted.pointer(pointer) else { continue };
        if reached.pointer(pointer) == Some(value) {
            continue;
        }
        if let Some(changed) = changed(&reached, pointer, value.clone()) {
            reached = changed;
            query.push(format!("{key}={}", escaped(&text_of(value))));
        }
    }
    query
}

/// The settings that a query asks for in a lab of these presets, and a sentence for each part that could not be read. Keys of `others`
/// are left to the caller.
pub fn settings_of(query: &str, presets: &[Preset], others: &[&str]) -> (Settings, Vec<String>) {
    let pairs = pairs(query);
    let find = |name: &str| presets.iter().find(|preset| preset.name == name);
    let preset = pairs.iter().filter(|(key, _)| key == "preset").find_map(|(_, name)| find(name));
    let defaults = preset.unwrap_or(&presets[0]).settings();
    let mut reached = json!(defaults);
    let mut problems = Vec::new();
    for (key, value) in pairs.iter().filter(|(key, _)| !others.contains(&key.as_str())) {
        if !KEYS.iter().any(|(known, _)| known == key) {
            problems.push(format!("The link speaks of “{key}”, which this lab does not know; it was left out."));
        } else if key == "preset" && find(value).is_none() {
            problems.push(format!("The link asks for the preset “{value}”, which does not exist; the defaults stand."));
        }
    }
    for (key, pointer) in KEYS.iter().filter(|(_, pointer)| !pointer.is_empty()) {
        let Some((_, text)) = pairs.iter().rev().find(|(asked, _)| asked == key) else { continue };
        match reached
            .pointer(pointer)
            .and_then(|now| value_of(text, now))
            .and_then(|value| changed(&reached, pointer, value))
        {
            Some(changed) => reached = changed,
            None => problems.push(format!("The link's “{key}={text}” cannot be used here; the default stands.")),
        }
    }
    (serde_json::from_value(reached).unwrap_or(defaults), problems)
}

/// One key of a query that is not about settings.
pub fn value(query: &str, key: &str) -> Option<String> {
    pairs(query).into_iter().rev().find(|(asked, _)| asked == key).map(|(_, value)| value)
}

/// The settings with one value changed, whole again: a new kind of optimiser or schedule brings its own defaults.
fn changed(settings: &Value, pointer: &str, value: Value) -> Option<Value> {
    let mut next = settings.clone();
    match pointer.strip_suffix("/kind") {
        Some("/schedule") if value == "one_cycle" => {
            *next.pointer_mut("/schedule")? = json!(Settings::default().schedule)
        }
        Some(parent) if next.pointer(pointer) != Some(&value) => *next.pointer_mut(parent)? = json!({ "kind": value }),
        _ => *next.pointer_mut(pointer)? = value,
    }
    serde_json::from_value::<Settings>(next).ok().map(|settings| json!(settings))
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => if *flag { "1" } else { "0" }.into(),
        Value::Number(number) if number.is_f64() => number.as_f64().map(format::plain).unwrap_or_default(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Text as a value of the same kind as the one it replaces.
fn value_of(text: &str, now: &Value) -> Option<Value> {
    match now {
        Value::String(_) => Some(text.into()),
        Value::Bool(_) => match text {
            "1" | "true" => Some(true.into()),
            "0" | "false" => Some(false.into()),
            _ => None,
        },
        Value::Number(number) if number.is_f64() => protocol::number(text).map(Value::from),
        Value::Array(items) => {
            // A list of nothing is one of names.
            let name = Value::String(String::new());
            let one = items.first().unwrap_or(&name);
            text.split(',').map(|text| value_of(text, one)).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        // Nothing, where a number may stand: a whole one where it can be.
        Value::Number(_) => text.parse::<u64>().ok().map(Value::from),
        Value::Null => text.parse::<u64>().map(Value::from).ok().or_else(|| protocol::number(text).map(Value::from)),
        _ => None,
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(key, value)| (unescaped(key), unescaped(value)))
        .collect()
}

/// Percent-encoding that leaves network text readable: a blank is `+`, brackets and commas stay.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(byte as char),
            b'-' | b'_' | b'.' | b'~' | b'(' | b')' | b',' | b'=' | b'*' | b'[' | b']' | b'/' | b':' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match (bytes[at], code.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Augmentation, DeviceName, Drawings, Initialization, Optimizer, Schedule, Stop, Transforms};

    fn comes_back(settings: &Settings) -> String {
        let query = query_of(settings);
        assert_eq!(settings_of(&query, presets_of(settings), &[]), (settings.clone(), vec![]), "{query}");
        query
    }

    #[test]
    fn defaults_need_no_query_and_presets_one_word() {
        assert_eq!(comes_back(&Settings::default()), "");
        for preset in &PRESETS[1..] {
            assert_eq!(comes_back(&preset.settings()), format!("preset={}", preset.name));
        }
        assert_eq!(comes_back(&SKETCH_PRESETS[0].settings()), "");
    }

    #[test]
    fn categories_are_a_list_of_names() {
        let mut settings = SKETCH_PRESETS[1].settings();
        settings.drawings =
            Drawings { categories: vec!["The Mona Lisa".into(), "t-shirt".into()], each: 40, distort: false };
        assert_eq!(comes_back(&settings), "preset=sketch&categories=The+Mona+Lisa,t-shirt&each=40&distort=0");
    }

    #[test]
    fn every_setting_comes_back_from_its_link() {
        let settings = Settings {
            network: "nn.Sequential(\n    nn.Flatten(), nn.Linear(3072, 10), # 100% & “more”+\n)".into(),
            dataset: DatasetName::Shapes,
            device: DeviceName::Webgpu,
            batch_size: 7,
            workers: Some(3),
            optimizer: Optimizer::Sgd {
                learning_rate: 0.01,
                momentum: 0.9,
                dampening: 0.0,
                nesterov: true,
                weight_decay: 1e-8,
            },
            schedule: Schedule::Constant,
            augmentation: Augmentation { flip: false, shift: 0 },
            transforms: Transforms { scale: 1.0 / 128.0, mean: vec![0.25, 0.5, 1.0 / 3.0], deviation: vec![0.247; 3] },
            label_smoothing: 0.1,
            dropout: Some(0.25),
            stop: Stop { epochs: Some(3.0), accuracy: Some(0.7), seconds: None },
            initialization: Initialization::Convnetjs,
            drawings: Drawings { categories: vec!["cat".into()], each: 7, distort: false },
            seed: u64::MAX,
        };
        let query = comes_back(&settings);
        assert!(query.contains("opt=sgd&rate=0.01&momentum=0.9&nesterov=1&decay=1e-8"), "{query}");
        assert!(query.contains("nn.Sequential(%0A++++nn.Flatten(),+nn.Linear(3072,+10)"), "{query}");
    }

    #[test]
    fn every_setting_of_every_optimiser_and_schedule_comes_back_from_its_link() {
        let moved = |value: &Value| match value {
            Value::Bool(flag) => json!(!flag),
            Value::Number(number) => json!(number.as_f64().unwrap() / 2.0 + 0.125),
            kind => kind.clone(),
        };
        let of_kind = |part: &str, kind: &str| {
            let whole = changed(&json!(Settings::default()), &format!("/{part}/kind"), kind.into()).unwrap();
            let fields = whole[part].as_object().unwrap().iter().map(|(name, value)| (name.clone(), moved(value)));
            let mut settings = json!(Settings::default());
            settings[part] = Value::Object(fields.collect());
            serde_json::from_value::<Settings>(settings).unwrap()
        };
        for kind in ["sgd", "adagrad", "rmsprop", "adadelta", "adam", "adamw"] {
            comes_back(&of_kind("optimizer", kind));
        }
        for kind in ["constant", "step", "cosine", "one_cycle"] {
            comes_back(&of_kind("schedule", kind));
        }
    }

    #[test]
    fn settings_near_a_preset_are_written_from_there() {
        let settings = Settings { batch_size: 8, ..Settings::convnetjs() };
        assert_eq!(comes_back(&settings), "preset=convnetjs&batch=8");
    }

    #[test]
    fn a_part_that_cannot_be_read_is_named_and_the_rest_stands() {
        let (settings, problems) =
            settings_of("batch=abc&rate=0.5&colour=red&opt=magic&seed=-1&rho=1&=&%&preset=x", &PRESETS, &[]);
        assert_eq!(settings.batch_size, 64);
        assert_eq!(settings.optimizer.learning_rate(), 0.5);
        assert_eq!(problems.len(), 8, "{problems:#?}");
        assert!(problems.iter().all(|sentence| sentence.ends_with('.')));
    }

    #[test]
    fn keys_of_others_are_left_alone() {
        let query = "autostart=off&batch=8";
        assert_eq!(settings_of(query, &PRESETS, &["autostart"]).1, Vec::<String>::new());
        assert_eq!(value(query, "autostart").as_deref(), Some("off"));
    }
}

//! Networks that come with the page: their cards and weights lie in `models/`, beside it, and are fetched when somebody asks.

use js_sys::ArrayBuffer;
use leptos::prelude::*;
use protocol::{Settings, Transforms};
use serde_json::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::Run;

/// What a card says, as the page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub name: String,
    pub title: String,
    pub parameters: u64,
    pub accuracy: f64,
    /// It holds the true accuracy in 95 of 100 samples.
    pub interval: [f64; 2],
    pub judged_on: String,
    pub judged: u64,
    pub epochs: f64,
    pub seconds: f64,
    pub threads: u64,
    pub seed: u64,
    /// Class, what it was taken for, how often.
    pub confusions: Vec<(String, String, u64)>,
    network: String,
    transforms: Transforms,
}

impl Card {
    fn read(card: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let judgement = &card["judgement"];
        let confusions = judgement["confusions"].as_array()?.iter().filter_map(|confusion| {
            Some((text(&confusion["class"])?, text(&confusion["taken_for"])?, confusion["times"].as_u64()?))
        });
        Some(Self {
            name: text(&card["name"])?,
            title: text(&card["title"])?,
            parameters: card["parameters"].as_u64()?,
            accuracy: judgement["top1"]["value"].as_f64()?,
            interval: [judgement["top1"]["interval"][0].as_f64()?, judgement["top1"]["interval"][1].as_f64()?],
            judged_on: text(&card["judged_on"])?,
            judged: judgement["n"].as_u64()?,
            epochs: card["epochs"].as_f64()?,
            seconds: card["seconds"].as_f64()?,
            threads: card["threads"].as_u64()?,
            seed: card["seed"].as_u64()?,
            confusions: confusions.collect(),
            network: text(&card["network"])?,
            transforms: serde_json::from_value(card["transforms"].clone()).ok()?,
        })
    }
}

impl Run {
    /// Begins a run with this network and its weights; `then` gets its card.
    pub fn open_shipped(self, name: &'static str, then: impl FnOnce(Card) + 'static) {
        wasm_bindgen_futures::spawn_local(async move {
            let fetched = fetch_both(name).await;
            let Some((card, weights)) = fetched else {
                self.notices
                    .fail(format!("{name} could not be loaded."), Some("It lies beside the page, in models/.".into()));
                return;
            };
            let settings = Settings {
                network: card.network.clone(),
                transforms: card.transforms.clone(),
                ..self.draft.get_untracked()
            };
            self.draft.set(settings.clone());
            self.configure_with_weights(settings, weights, move || then(card));
        });
    }
}

async fn fetch_both(name: &str) -> Option<(Card, ArrayBuffer)> {
    let card = fetch(&format!("models/{name}.json")).await?;
    let text = JsFuture::from(card.text().ok()?).await.ok()?.as_string()?;
    let card = Card::read(&serde_json::from_str(&text).ok()?)?;
    let weights = fetch(&format!("models/{name}.safetensors")).await?;
    Some((card, JsFuture::from(weights.array_buffer().ok()?).await.ok()?.dyn_into().ok()?))
}

async fn fetch(path: &str) -> Option<Response> {
    let response: Response = JsFuture::from(window().fetch_with_str(path)).await.ok()?.dyn_into().ok()?;
    response.ok().then_some(response)
}

//! What stands in the lab's largest room: the pictures as they are learned, the network as a graph, or the whole test set.

use leptos::prelude::*;

use crate::components::{Choice, Select};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// A few test pictures, guessed anew while it trains, and the chosen one's way through the layers.
    #[default]
    Live,
    Network,
    /// Everything that the network makes of the test pictures.
    TestSet,
}

/// Every stage with the name of its choice.
const STAGES: [(Stage, &str, &str); 3] =
    [(Stage::Live, "live", "Live"), (Stage::Network, "network", "Network"), (Stage::TestSet, "test", "Test set")];

#[component]
pub fn StageSelect(stage: RwSignal<Stage>) -> impl IntoView {
    let value = move || {
        let found = STAGES.iter().find(|(known, ..)| *known == stage.get());
        found.map_or("", |(_, value, _)| value).to_owned()
    };
    view! {
        <Select
            label="View"
            value=Signal::derive(value)
            choices=STAGES.map(|(_, value, name)| Choice::new(value, name)).to_vec()
            on_change=move |chosen: String| {
                if let Some((found, ..)) = STAGES.iter().find(|(_, value, _)| *value == chosen) {
                    stage.set(*found);
                }
            }
        />
    }
}

//! The network's layers as a table: what each is, what it makes of one picture, and what that costs.

use leptos::prelude::*;
use protocol::LayerInfo;

use crate::format;

fn shape(sizes: &[u32]) -> String {
    sizes.iter().map(u32::to_string).collect::<Vec<_>>().join(" × ")
}

#[component]
pub fn LayerTable(#[prop(into)] layers: Signal<Vec<LayerInfo>>) -> impl IntoView {
    let rows = move || {
        layers
            .get()
            .into_iter()
            .map(|layer| {
                view! {
                    <tr>
                        <th scope="row"><span class="soft number">{layer.path}</span> <code>{layer.text}</code></th>
                        <td class="number">{shape(&layer.output_shape)}</td>
                        <td class="number">{format::grouped(layer.parameters)}</td>
                        <td class="number">{format::short_count(layer.multiply_adds)}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    let total = move |of: fn(&LayerInfo) -> u64| layers.with(|layers| layers.iter().map(of).sum::<u64>());
    view! {
        <table class="layer-table">
            <thead>
                <tr>
                    <th scope="col">"Layer"</th>
                    <th scope="col">"Output"</th>
                    <th scope="col">"Parameters"</th>
                    <th scope="col">"Multiply-adds"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
            <tfoot>
                <tr>
                    <th scope="row">"Together"</th>
                    <td></td>
                    <td class="number">{move || format::grouped(total(|layer| layer.parameters))}</td>
                    <td class="number">{move || format::short_count(total(|layer| layer.multiply_adds))}</td>
                </tr>
            </tfoot>
        </table>
    }
}

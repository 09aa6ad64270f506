//! Why GPUs: what each device of this machine can do at most, and what it makes of the network that stands here, side by side.

use leptos::prelude::*;
use protocol::{BenchRequest, BenchResult, Command, DeviceName, EventBody, LayerInfo, Optimizer, Settings};

use crate::{app::Site, components::Button, format, run::Run};

/// Seconds that the network trains on each device.
const SECONDS: f64 = 2.0;
const DEVICES: [(DeviceName, &str); 2] = [(DeviceName::Cpu, "CPU, one worker"), (DeviceName::Webgpu, "WebGPU")];

/// What is known of one device.
#[derive(Clone, PartialEq, Default)]
enum Row {
    #[default]
    Unknown,
    Measuring,
    Measured {
        /// What it calls itself, and how a GPU's kernels cut their work.
        words: String,
        peak: f64,
        images_per_second: f64,
    },
    /// Why it could not be measured.
    Absent(String),
}

/// Floating-point operations of training on one picture: two a multiply-add, forward, for the weights' gradient and for the
/// input's, which the first layer does not need.
fn training_operations(layers: &[LayerInfo]) -> f64 {
    let all: u64 = layers.iter().map(|layer| layer.multiply_adds).sum();
    let first = layers.iter().find_map(|layer| (layer.multiply_adds > 0).then_some(layer.multiply_adds));
    2.0 * (3 * all - first.unwrap_or(0)) as f64
}

#[component]
pub fn Devices() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let rows = DEVICES.map(|_| RwSignal::new(Row::Unknown));
    let is_measuring = Signal::derive(move || rows.iter().any(|row| row.with(|row| *row == Row::Measuring)));
    let operations =
        move || run.built.with(|built| built.as_ref().map_or(0.0, |built| training_operations(&built.layers)));
    let begin = move || {
        let trained = run.is_training_now();
        measure(run, rows, 0, trained);
    };
    // Of another network, or of other batches, nothing is known yet.
    Effect::new(move |before: Option<(String, u32)>| {
        let now = run.settings.with(|settings| (settings.network.clone(), settings.batch_size));
        if before.is_some_and(|before| before != now) {
            rows.iter().for_each(|row| row.set(Row::Unknown));
        }
        now
    });
    view! {
        <details class="fold">
            <summary class="small">"What this machine can do"</summary>
            <p class="small soft">
                "The peak is multiplying and adding in registers and nothing else; the share is what training this network makes of it."
            </p>
            <table class="layer-table devices">
                <thead>
                    <tr>
                        <th scope="col">"Device"</th>
                        <th scope="col">"Peak, GFLOP/s"</th>
                        <th scope="col">"Images/s"</th>
                        <th scope="col">"Share"</th>
                    </tr>
                </thead>
                <tbody>
                    {DEVICES.into_iter().zip(rows).map(|((_, name), row)| view! {
                        <tr>
                            <th scope="row">{name} {move || row.with(note)}</th>
                            {move || row.with(|row| numbers(row, operations()))}
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
            <Button
                label=Signal::derive(move || if is_measuring.get() { "Measuring…" } else { "Measure" }.to_owned())
                disabled=Signal::derive(move || is_measuring.get() || run.built.with(Option::is_none))
                title="Trains this network for two seconds on each device; the run waits meanwhile"
                on_press=begin
            />
            <Agreement run=run />
        </details>
    }
}

/// What a device says of itself, or why it could not be measured.
fn note(row: &Row) -> Option<impl IntoView + use<>> {
    let text = match row {
        Row::Measured { words: text, .. } | Row::Absent(text) => text.clone(),
        Row::Unknown | Row::Measuring => return None,
    };
    Some(view! { <br /><span class="soft small">{text}</span> })
}

fn numbers(row: &Row, operations: f64) -> impl IntoView + use<> {
    let cells = match row {
        Row::Measured { peak, images_per_second, .. } => [
            format::significant(peak / 1e9),
            format::grouped(images_per_second.round() as u64),
            format::percent(images_per_second * operations / peak),
        ],
        Row::Measuring => ["…", "…", "…"].map(str::to_owned),
        Row::Unknown | Row::Absent(_) => ["–", "–", "–"].map(str::to_owned),
    };
    cells.map(|cell| view! { <td class="number">{cell}</td> }).into_iter().collect_view()
}

/// One device after the other, so that neither slows the other down; then the run goes on if it was training.
fn measure(run: Run, rows: [RwSignal<Row>; 2], index: usize, trains_afterwards: bool) {
    let Some(&(device, _)) = DEVICES.get(index) else {
        if trains_afterwards {
            run.train();
        }
        return;
    };
    let row = rows[index];
    row.set(Row::Measuring);
    let next = move |measured: Row| {
        row.set(measured);
        measure(run, rows, index + 1, trains_afterwards);
    };
    run.send(Command::Measure { device, kernels: false }, Vec::new(), move |answer| match answer {
        Err(refusal) => next(Row::Absent(refusal.message)),
        Ok(incoming) => {
            let EventBody::Measured { peak, adapter, tiles, .. } = incoming.event.body else { return };
            let words = tiles.into_iter().fold(adapter, |words, tiles| words + " · " + &tiles);
            let request = Box::new(run.settings.with_untracked(|settings| request(settings, device)));
            run.send(Command::Bench { request }, Vec::new(), move |answer| {
                match answer.map(|incoming| incoming.event.body) {
                    Ok(EventBody::Benched { result: BenchResult { images_per_second, .. } }) => {
                        next(Row::Measured { words, peak, images_per_second });
                    }
                    Ok(_) => {}
                    Err(refusal) => next(Row::Absent(refusal.message)),
                }
            });
        }
    });
}

/// The network that stands here, without augmentation and pictures to draw.
fn request(settings: &Settings, device: DeviceName) -> BenchRequest {
    BenchRequest {
        network: settings.network.clone(),
        input: [3, 32, 32],
        batch: settings.batch_size,
        optimizer: settings.optimizer,
        device,
        workers: 1,
        seconds: SECONDS,
        seed: settings.seed,
        steps: None,
        with_losses: false,
    }
}

/// Steps over which CPU and WebGPU are compared, and pictures of a step: few, since a GPU in software is slow.
const STEPS: u32 = 100;
const PICTURES: u32 = 8;
/// Plain descent: what divides by the size of a gradient makes much of the rounding of small ones.
const DESCENT: Optimizer =
    Optimizer::Sgd { learning_rate: 0.01, momentum: 0.9, dampening: 0.0, nesterov: false, weight_decay: 0.0 };

/// Whether both devices learn alike: the same steps on each, loss by loss.
#[component]
fn Agreement(run: Run) -> impl IntoView {
    let words = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let begin = move || {
        let trained = run.is_training_now();
        is_busy.set(true);
        words.set(Some(format!("{STEPS} steps on the CPU …")));
        compare(run, DeviceName::Cpu, move |cpu| {
            words.set(Some(format!("{STEPS} steps on WebGPU …")));
            compare(run, DeviceName::Webgpu, move |webgpu| {
                is_busy.set(false);
                words.set(Some(match (cpu, webgpu) {
                    (Ok(cpu), Ok(webgpu)) => verdict(&cpu, &webgpu),
                    (Err(sentence), _) | (_, Err(sentence)) => sentence,
                }));
                if trained {
                    run.train();
                }
            });
        });
    };
    view! {
        <p class="small" role="status">{words}</p>
        <Button
            label="Do CPU and WebGPU agree?"
            disabled=Signal::derive(move || is_busy.get() || run.built.with(Option::is_none))
            title="A hundred steps of gradient descent with this network on each, from the same weights on the same pictures; the run waits meanwhile"
            on_press=begin
        />
    }
}

fn compare(run: Run, device: DeviceName, then: impl FnOnce(Result<Vec<f32>, String>) + 'static) {
    let request = BenchRequest {
        batch: PICTURES,
        optimizer: DESCENT,
        seconds: 600.0,
        steps: Some(STEPS),
        with_losses: true,
        ..run.settings.with_untracked(|settings| request(settings, device))
    };
    run.send(Command::Bench { request: Box::new(request) }, Vec::new(), move |answer| {
        then(match answer.map(|incoming| incoming.event.body) {
            Ok(EventBody::Benched { result }) => {
                Ok(result.losses.into_iter().map(|loss| loss.unwrap_or(f32::NAN)).collect())
            }
            Ok(_) => Err("The engine answered with something else than a measurement.".into()),
            Err(refusal) => Err(refusal.message),
        });
    });
}

/// The largest difference of two runs' losses, and whether it is one of rounding.
fn verdict(cpu: &[f32], webgpu: &[f32]) -> String {
    let differences = cpu.iter().zip(webgpu).map(|(a, b)| f64::from((a - b).abs()));
    let largest = differences.fold(0.0, |most: f64, difference| if difference <= most { most } else { difference });
    let top = cpu.iter().copied().map(f64::from).fold(f64::MIN_POSITIVE, f64::max);
    let steps = cpu.len().min(webgpu.len());
    let (sign, word) = if largest <= 1e-2 * top { ("✓", "agree") } else { ("✗", "do not agree") };
    format!(
        "{sign} CPU and WebGPU {word}: over {steps} steps their losses differ by {} at most.",
        format::significant(largest)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_that_differ_by_rounding_agree() {
        assert_eq!(
            verdict(&[2.0, 1.0], &[2.0, 1.001]),
            "✓ CPU and WebGPU agree: over 2 steps their losses differ by 0.001 at most."
        );
        assert!(verdict(&[2.0, 1.0], &[2.0, 1.5]).starts_with("✗ CPU and WebGPU do not agree"));
    }

    #[test]
    fn the_first_layer_needs_no_gradient_of_its_pictures() {
        let layer = |multiply_adds| LayerInfo {
            path: String::new(),
            text: String::new(),
            output_shape: Vec::new(),
            parameters: 0,
            multiply_adds,
        };
        assert_eq!(training_operations(&[layer(0), layer(10), layer(100)]), 2.0 * (10.0 + 10.0 + 300.0));
    }
}

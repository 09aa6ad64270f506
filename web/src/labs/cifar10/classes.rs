//! The visitor's own classes: a folder with a folder of pictures for each. They train in place of CIFAR-10, with the same panels, and
//! never leave the machine.

use js_sys::Reflect;
use leptos::{html, prelude::*};
use protocol::{Command, DatasetName, EventBody, Schedule, Settings};
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, File};

use super::own;
use crate::{files, format, network_text::with_outputs, run::Run};

/// Every picture's size, as CIFAR-10's.
const SIZE: [u32; 3] = [3, 32, 32];
/// Most pictures that are read.
const MOST: usize = 20_000;
/// Steps that a run takes at least, however few its pictures.
const LEAST_STEPS: f64 = 400.0;
/// Pictures between two words about how far it is.
const SAID_EVERY: usize = 50;

/// A file's class: the folder that it lies in.
fn class_of(path: &str) -> Option<&str> {
    path.rsplit('/').nth(1)
}

#[component]
pub fn OwnClasses(run: Run) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let take = move |_| {
        let Some(field) = field.get_untracked() else { return };
        let Some(list) = field.files() else { return };
        let chosen = (0..list.length()).filter_map(|index| list.get(index)).map(|file| {
            let path = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
            (path.unwrap_or_default(), file)
        });
        wasm_bindgen_futures::spawn_local(gather(run, chosen.collect()));
        // The same folder again is news again.
        field.set_value("");
    };
    let words = move || {
        let (done, all) = run.gathering.get()?;
        Some(format!("{} of {} pictures read", format::grouped(done as u64), format::grouped(all as u64)))
    };
    view! {
        <label class="button" title="A folder that holds a folder of pictures for each class, five of each at least. They stay on this machine.">
            "Own classes"
            <input
                class="for-screen-readers"
                type="file"
                prop:webkitdirectory=true
                multiple
                node_ref=field
                on:change=take
            />
        </label>
        <p class="small number" role="status">{words}</p>
    }
}

/// Takes a dropped folder of folders, if it is one.
pub fn take_dropped(run: Run, transfer: &DataTransfer) -> bool {
    let Some(reading) = files::dropped_folders(transfer, MOST) else { return false };
    wasm_bindgen_futures::spawn_local(async move { gather(run, reading.await).await });
    true
}

/// Reads every picture, hands all to the engine, and begins a run with them.
async fn gather(run: Run, files: Vec<(String, File)>) {
    let mut classes: Vec<String> = files.iter().filter_map(|(path, _)| class_of(path).map(str::to_owned)).collect();
    classes.sort_unstable();
    classes.dedup();
    let (mut pixels, mut labels, mut unread) = (Vec::new(), Vec::new(), 0_u64);
    let all = files.len().min(MOST);
    for (index, (path, file)) in files.iter().take(MOST).enumerate() {
        if index.is_multiple_of(SAID_EVERY) {
            run.gathering.set(Some((index, all)));
        }
        let class = class_of(path).and_then(|class| classes.iter().position(|known| known == class));
        match (class, own::pixels_of(file, SIZE).await) {
            (Some(class), Ok(picture)) if class < 256 => {
                pixels.extend(picture);
                labels.push(class as u8);
            }
            _ => unread += 1,
        }
    }
    run.gathering.set(None);
    if unread > 0 {
        run.notices.say(format!("{} files are no pictures and were left out.", format::grouped(unread)), None);
    }
    begin(run, classes, &pixels, &labels);
}

fn begin(run: Run, classes: Vec<String>, pixels: &[u8], labels: &[u8]) {
    let count = classes.len();
    let before = run.built.with_untracked(|built| built.as_ref().map_or(10, |built| built.classes.len()));
    let buffers = [pixels, labels].map(|bytes| js_sys::Uint8Array::from(bytes).buffer().unchecked_into());
    run.send(Command::Gather { classes }, buffers.into(), move |result| {
        let training = match result.map(|incoming| incoming.event.body) {
            Ok(EventBody::Gathered { training, .. }) => training,
            Ok(_) => return,
            Err(refusal) => {
                run.notices.fail(refusal.message, Some("Nothing was changed.".into()));
                return;
            }
        };
        let draft = run.draft.get_untracked();
        let batch_size = draft.batch_size.min(training);
        let settings = Settings {
            dataset: DatasetName::Own,
            network: with_outputs(&draft.network, Some(before), count),
            batch_size,
            schedule: lengthened(draft.schedule, f64::from(training / batch_size.max(1))),
            ..draft
        };
        run.draft.set(settings.clone());
        run.configure(settings, true);
    });
}

/// Few pictures are seen often: a cycle of an epoch of few steps has as many epochs as it takes.
pub fn lengthened(schedule: Schedule, steps_per_epoch: f64) -> Schedule {
    match schedule {
        Schedule::OneCycle {
            epochs,
            pct_start,
            div_factor,
            final_div_factor,
            cycle_momentum,
            base_momentum,
            max_momentum,
        } => {
            let epochs = epochs.max((LEAST_STEPS / steps_per_epoch.max(1.0)).ceil());
            Schedule::OneCycle {
                epochs,
                pct_start,
                div_factor,
                final_div_factor,
                cycle_momentum,
                base_momentum,
                max_momentum,
            }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_pictures_are_seen_often() {
        let epochs = |steps_per_epoch| match lengthened(Settings::default().schedule, steps_per_epoch) {
            Schedule::OneCycle { epochs, .. } => epochs,
            _ => 0.0,
        };
        assert_eq!((epochs(1.0), epochs(703.0)), (LEAST_STEPS, 6.0));
        assert_eq!(lengthened(Schedule::Constant, 1.0), Schedule::Constant);
    }

    #[test]
    fn the_folder_is_the_class() {
        assert_eq!(class_of("pets/cat/1.png"), Some("cat"));
        assert_eq!(class_of("1.png"), None);
    }
}

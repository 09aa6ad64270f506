//! The visitor's own picture: from a file, by drag or paste, or from the camera, shown as the network sees it and guessed while it trains.
//! It never leaves the machine.

use std::{pin::Pin, time::Duration};

use js_sys::{Array, Object, Promise, Reflect};
use leptos::{
    ev::{KeyboardEvent, PointerEvent, WheelEvent},
    html,
    prelude::*,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlVideoElement, ImageBitmap};

use super::pictures::class_name;
use crate::{
    app::Site,
    components::{Button, GuessBars, Look, ShownGuess, Tile},
    crop::{Crop, Still, pixels},
    lazily::parts,
    run::Run,
};

/// How often the camera's picture is taken.
const FRAME: Duration = Duration::from_millis(250);
/// Largest picture file that is opened.
const LARGEST: f64 = 1e8;
/// How far a key moves or zooms a crop.
const KEY_MOVES: f64 = 0.1;
const KEY_ZOOMS: f64 = 1.25;

/// Shows the network another square of the visitor's picture.
fn recrop(run: Run, change: impl FnOnce(Crop, [f64; 2]) -> Crop) {
    let taken = run.still.try_update_value(|still| {
        let still = still.as_mut()?;
        still.crop = change(still.crop, still.size());
        still.pixels(size(run).ok()?)
    });
    if let Some(taken) = taken.flatten() {
        run.bring(taken);
    }
}

fn size(run: Run) -> Result<[u32; 3], String> {
    run.built
        .with_untracked(|built| built.as_ref().map(|built| built.input))
        .ok_or_else(|| "the network is still being built.".into())
}

/// Opens a picture file; what is none is refused in a sentence.
pub fn open(run: Run, file: File) {
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(sentence) = read(run, &file).await {
            run.notices.fail(format!("{}: {sentence}", file.name()), Some("Nothing was changed.".into()));
        }
    });
}

async fn read(run: Run, file: &File) -> Result<(), String> {
    let (wanted, still) = (size(run)?, Still::new(decoded(file).await?));
    run.bring(still.pixels(wanted).ok_or(UNREADABLE)?);
    run.still.set_value(Some(still));
    Ok(())
}

const UNREADABLE: &str = "the browser does not let this page read it.";

/// A picture file's middle in this size, channel by channel.
pub async fn pixels_of(file: &File, wanted: [u32; 3]) -> Result<Vec<u8>, String> {
    Ok(Still::new(decoded(file).await?).pixels(wanted).ok_or(UNREADABLE)?)
}

async fn decoded(file: &File) -> Result<ImageBitmap, String> {
    if file.size() > LARGEST {
        return Err("it has more than 100 MB, which no photograph needs.".into());
    }
    let unreadable = |_| "the browser knows no picture of this kind.".to_owned();
    let decoding = window().create_image_bitmap_with_blob(file).map_err(unreadable)?;
    Ok(JsFuture::from(decoding).await.map_err(unreadable)?.unchecked_into())
}

/// Whether a file is a picture, by what the browser says of it.
pub fn is_picture(file: &File) -> bool {
    file.type_().starts_with("image/")
}

#[component]
pub fn OwnPicture(run: Run) -> impl IntoView {
    let site = expect_context::<Site>();
    let field = NodeRef::<html::Input>::new();
    let camera = StoredValue::new_local(None::<Camera>);
    let is_filming = RwSignal::new(false);
    let take = move |_| {
        let Some(field) = field.get_untracked() else { return };
        if let Some(file) = field.files().and_then(|files| files.get(0)) {
            super::open(site, file);
        }
        field.set_value("");
    };
    let stop = move || {
        camera.update_value(|camera| drop(camera.take()));
        is_filming.set(false);
    };
    let film = move || {
        if is_filming.get_untracked() {
            return stop();
        }
        is_filming.set(true);
        run.still.set_value(None);
        wasm_bindgen_futures::spawn_local(async move {
            let opened = match load_camera().await {
                Ok(open) => open(run).await,
                Err(_) => None,
            };
            match opened {
                Some(opened) => camera.set_value(Some(opened)),
                None => {
                    is_filming.set(false);
                    run.notices.fail(
                        "The camera could not be opened.",
                        Some("The browser asks for leave first, and some frames have none.".into()),
                    );
                }
            }
        });
    };
    on_cleanup(move || drop(camera.try_update_value(Option::take)));
    view! {
        <label class="button quiet" title="A picture of your own: choose a file, drop it on the lab, or paste it. It stays on this machine.">
            "Own picture"
            <input class="for-screen-readers" type="file" accept="image/*" node_ref=field on:change=take />
        </label>
        <Button
            label=Signal::derive(move || if is_filming.get() { "Stop the camera" } else { "Camera" }.to_owned())
            look=Look::Quiet
            title="What the camera sees, four times a second. It stays on this machine."
            on_press=film
        />
    }
}

parts! {
    load_camera from camera: fn(Run) -> Pin<Box<dyn Future<Output = Option<Camera>>>> = |run| Box::pin(Camera::open(run));
}

/// A camera that is open; dropping it closes it.
pub struct Camera {
    video: HtmlVideoElement,
    timer: IntervalHandle,
}

impl Camera {
    async fn open(run: Run) -> Option<Self> {
        let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).ok()?;
        let get: js_sys::Function = Reflect::get(&devices, &"getUserMedia".into()).ok()?.dyn_into().ok()?;
        let wishes = Object::new();
        Reflect::set(&wishes, &"video".into(), &JsValue::TRUE).ok()?;
        let asked: Promise = get.call1(&devices, &wishes).ok()?.dyn_into().ok()?;
        let stream = JsFuture::from(asked).await.ok()?;
        let video: HtmlVideoElement = document().create_element("video").ok()?.dyn_into().ok()?;
        video.set_muted(true);
        Reflect::set(&video, &"srcObject".into(), &stream).ok()?;
        let _ = JsFuture::from(video.play().ok()?).await;
        let seen = video.clone();
        let timer = set_interval_with_handle(
            move || {
                let shown = [f64::from(seen.video_width()), f64::from(seen.video_height())];
                if let (true, Ok(size)) = (shown[0] > 0.0, size(run))
                    && let Some(taken) = pixels(&seen, shown, Crop::MIDDLE, size)
                {
                    run.bring(taken);
                }
            },
            FRAME,
        );
        Some(Self { video, timer: timer.ok()? })
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.timer.clear();
        let tracks = Reflect::get(&self.video, &"srcObject".into()).and_then(|stream| {
            Reflect::get(&stream, &"getTracks".into())?.dyn_into::<js_sys::Function>()?.call0(&stream)
        });
        for track in tracks.map(|tracks| Array::from(&tracks).to_vec()).unwrap_or_default() {
            let stop = Reflect::get(&track, &"stop".into()).and_then(|stop| stop.dyn_into::<js_sys::Function>());
            let _ = stop.map(|stop| stop.call0(&track));
        }
    }
}

/// The picture among the test pictures.
#[component]
pub fn OwnCell(run: Run) -> impl IntoView {
    let tiles = Signal::derive(move || run.own.with(|own| own.as_ref().map(|own| own.tiles.clone())));
    let guesses = Signal::derive(move || {
        let guesses = run.own.with(|own| own.as_ref().map(|own| own.guesses.clone()).unwrap_or_default());
        let shown = |guess: protocol::Guess| ShownGuess {
            name: class_name(run, guess.class),
            probability: f64::from(guess.probability),
            right: false,
        };
        guesses.into_iter().map(shown).collect::<Vec<_>>()
    });
    let words = move || {
        let guesses =
            guesses.get().into_iter().map(|guess| format!("{} {:.0}%", guess.name, guess.probability * 100.0));
        format!("Your picture. Guesses: {}", guesses.collect::<Vec<_>>().join(", "))
    };
    let press = move |event: KeyboardEvent| {
        let (zoom, by) = match event.key().as_str() {
            "+" => (KEY_ZOOMS, [0.0; 2]),
            "-" => (1.0 / KEY_ZOOMS, [0.0; 2]),
            "ArrowLeft" => (1.0, [-KEY_MOVES, 0.0]),
            "ArrowRight" => (1.0, [KEY_MOVES, 0.0]),
            "ArrowUp" => (1.0, [0.0, -KEY_MOVES]),
            "ArrowDown" => (1.0, [0.0, KEY_MOVES]),
            _ => return,
        };
        event.prevent_default();
        recrop(run, |crop, size| crop.zoomed(zoom).moved(by, size));
    };
    let turn = move |event: WheelEvent| {
        event.prevent_default();
        recrop(run, |crop, size| {
            crop.zoomed(if event.delta_y() < 0.0 { KEY_ZOOMS } else { 1.0 / KEY_ZOOMS }).moved([0.0; 2], size)
        });
    };
    let shown = |event: &PointerEvent| event.current_target()?.dyn_into::<web_sys::Element>().ok();
    // However fast it leaves the cell, the pointer goes on dragging.
    let grab = move |event: PointerEvent| {
        let _ = shown(&event).map(|shown| shown.set_pointer_capture(event.pointer_id()));
    };
    let drag = move |event: PointerEvent| {
        if let (true, Some(shown)) = (event.buttons() == 1, shown(&event)) {
            let side = f64::from(shown.client_width()).max(1.0);
            let by = [event.movement_x(), event.movement_y()].map(|pixels| -f64::from(pixels) / side);
            recrop(run, |crop, size| crop.moved(by, size));
        }
    };
    view! {
        <li>
            <button
                type="button"
                class="cell own"
                aria-pressed=move || run.picture.get().is_none().to_string()
                aria-label=words
                title="Your picture as the network sees it. Wheel or + and − zoom; drag it or use the arrows to move the crop."
                on:click=move |_| run.choose_picture(None)
                on:keydown=press
            >
                <span class="cell-picture" on:wheel=turn on:pointerdown=grab on:pointermove=drag>
                    <Tile tiles=tiles index=0usize />
                    <span class="cell-label">"yours"</span>
                </span>
                <GuessBars guesses=guesses judged=false />
            </button>
        </li>
    }
}

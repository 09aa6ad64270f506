//! The visitor's own picture: from a file, by drag or paste, or from the camera, shown as the network sees it and guessed while it trains.
//! It never leaves the machine.

use std::time::Duration;

use js_sys::{Array, Object, Promise, Reflect};
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlVideoElement, ImageBitmap};

use super::pictures::class_name;
use crate::{
    components::{Button, GuessBars, Look, ShownGuess, Tile},
    plots::canvas,
    run::Run,
};

/// How often the camera's picture is taken.
const FRAME: Duration = Duration::from_millis(250);
/// Largest picture file that is opened.
const LARGEST: f64 = 1e8;

/// The largest square in the middle, in the network's size: bytes channel by channel.
fn pixels(source: &JsValue, width: f64, height: f64, [channels, rows, columns]: [u32; 3]) -> Option<Vec<u8>> {
    let context = canvas::reader(columns, rows)?;
    context.set_image_smoothing_enabled(true);
    Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into()).ok()?;
    let side = width.min(height);
    let (left, top) = ((width - side) / 2.0, (height - side) / 2.0);
    let (to_width, to_height) = (f64::from(columns), f64::from(rows));
    // A picture with holes stands on white.
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, to_width, to_height);
    // Bitmaps and films alike, which web-sys has as functions of their own.
    let draw: js_sys::Function = Reflect::get(&context, &"drawImage".into()).ok()?.dyn_into().ok()?;
    let places = [left, top, side, side, 0.0, 0.0, to_width, to_height].map(JsValue::from);
    draw.apply(&context, &std::iter::once(source.clone()).chain(places).collect::<Array>()).ok()?;
    let rgba = context.get_image_data(0.0, 0.0, to_width, to_height).ok()?.data().0;
    let channel = |channel: usize| rgba.chunks_exact(4).map(move |pixel| pixel[channel]);
    Some(match channels {
        3 => (0..3).flat_map(channel).collect(),
        _ => rgba
            .chunks_exact(4)
            .map(|pixel| ((u32::from(pixel[0]) + u32::from(pixel[1]) + u32::from(pixel[2])) / 3) as u8)
            .collect(),
    })
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
    run.bring(decoded(file, size(run)?).await?);
    Ok(())
}

/// A picture file's bytes in this size, channel by channel.
pub async fn decoded(file: &File, size: [u32; 3]) -> Result<Vec<u8>, String> {
    if file.size() > LARGEST {
        return Err("it has more than 100 MB, which no photograph needs.".into());
    }
    let unreadable = |_| "the browser knows no picture of this kind.".to_owned();
    let decoding = window().create_image_bitmap_with_blob(file).map_err(unreadable)?;
    let bitmap: ImageBitmap = JsFuture::from(decoding).await.map_err(unreadable)?.unchecked_into();
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let taken = pixels(&bitmap, width, height, size);
    bitmap.close();
    taken.ok_or_else(|| "the browser does not let this page read it.".into())
}

/// Whether a file is a picture, by what the browser says of it.
pub fn is_picture(file: &File) -> bool {
    file.type_().starts_with("image/")
}

#[component]
pub fn OwnPicture(run: Run) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let camera = StoredValue::new_local(None::<Camera>);
    let is_filming = RwSignal::new(false);
    let take = move |_| {
        let Some(field) = field.get_untracked() else { return };
        if let Some(file) = field.files().and_then(|files| files.get(0)) {
            open(run, file);
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
        wasm_bindgen_futures::spawn_local(async move {
            match Camera::open(run).await {
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

/// A camera that is open; dropping it closes it.
struct Camera {
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
                let (width, height) = (f64::from(seen.video_width()), f64::from(seen.video_height()));
                if let (true, Ok(size)) = (width > 0.0, size(run))
                    && let Some(taken) = pixels(&seen, width, height, size)
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
    view! {
        <li>
            <button
                type="button"
                class="cell own"
                aria-pressed=move || run.picture.get().is_none().to_string()
                aria-label=words
                title="Your picture as the network sees it"
                on:click=move |_| run.choose_picture(None)
            >
                <span class="cell-picture">
                    <Tile tiles=tiles index=0usize />
                    <span class="cell-label">"yours"</span>
                </span>
                <GuessBars guesses=guesses judged=false />
            </button>
        </li>
    }
}

//! Drawings that the laboratory has at hand for any run: Quick, Draw!'s categories, the visitor's own, and files of drawings.

use std::rc::Rc;

use datasets::drawings::{File, Sketch, read_file, write_ndjson};
use datasets::quickdraw::{self, Manifest, PIXELS, SIDE};
use datasets::{Tracing, npy};
use protocol::{Colouring, Drawing, EventBody, Form, Notice, Sheet};

use crate::Files;
use crate::data::{Data, Drawn, Own, Shelf};
use crate::error::{LabError, Result};

const FOLDER: &str = "data/quickdraw";
/// Most drawings that are taken of a category of the visitor's own, and from one file.
const MOST: usize = 20_000;

/// What is kept between runs.
#[derive(Default)]
pub(crate) struct Cabinet {
    manifest: Option<Manifest>,
    own: Own,
    shelf: Shelf,
}

impl Cabinet {
    /// The drawings of a run, and a word about what is missing.
    pub(crate) async fn data(
        &mut self,
        choice: &protocol::Drawings,
        files: &impl Files,
    ) -> Result<(Data, Option<Notice>)> {
        let missing = self.find_manifest(files).await.err();
        let data = Data::drawings(choice, self.manifest.as_ref(), &self.own, &self.shelf)?;
        let notice = missing.map(|reason| Notice {
            message: format!(
                "Quick, Draw!'s drawings are not here ({reason}): what is drawn can be guessed, but nothing learned."
            ),
            remedy: Some("`cargo xtask serve` fetches them; then reload the page.".into()),
        });
        Ok((data, notice))
    }

    /// Every category, and a drawing of each where there are files.
    pub(crate) async fn categories(&mut self, files: &impl Files) -> (EventBody, Vec<Vec<u8>>) {
        let _ = self.find_manifest(files).await;
        let (names, drawings): (Vec<String>, Vec<u32>) = match &self.manifest {
            Some(manifest) => {
                let known = manifest.categories.iter();
                known.map(|category| (category.name.clone(), category.drawings as u32)).unzip()
            }
            None => quickdraw::NAMES.iter().map(|name| (name.to_string(), 0)).unzip(),
        };
        let bytes = files.read(&format!("{FOLDER}/thumbnails.npy")).await.unwrap_or_default();
        let thumbnails = npy::read(&bytes).ok().filter(|rows| (rows.rows, rows.columns) == (names.len(), PIXELS));
        let sheet = thumbnails.map(|rows| Sheet {
            title: "categories".into(),
            tiles: rows.rows as u32,
            width: SIDE as u32,
            height: SIDE as u32,
            colouring: Colouring::Grey,
            low: 0.0,
            high: 255.0,
        });
        let buffers = thumbnails.map(|rows| rows.values.to_vec()).into_iter().collect();
        (EventBody::Categorised { names, drawings, sheet }, buffers)
    }

    /// Keeps the visitor's drawings of a category in place of those that were there; how many there are now.
    pub(crate) fn gather(&mut self, category: &str, form: Form, bytes: &[u8]) -> Result<usize> {
        let drawn: Rc<[Drawn]> = match form {
            Form::Strokes => {
                let drawings = read(bytes)?;
                drawings.iter().take(MOST).map(|strokes| Drawn::new(Tracing::from_strokes(strokes))).collect()
            }
            Form::Bitmaps if !bytes.len().is_multiple_of(PIXELS) => {
                let message = format!("{} bytes are no drawings of {PIXELS} pixels.", bytes.len());
                return Err(LabError::Data { message });
            }
            Form::Bitmaps => {
                bytes.chunks_exact(PIXELS).take(MOST).map(|bitmap| Drawn::new(Tracing::new(bitmap))).collect()
            }
        };
        let count = drawn.len();
        self.own.insert(category.to_owned(), drawn);
        Ok(count)
    }

    async fn find_manifest(&mut self, files: &impl Files) -> Result<(), String> {
        if self.manifest.is_none() {
            let bytes = files.read(&format!("{FOLDER}/manifest.json")).await?;
            self.manifest = Some(Manifest::parse(&bytes).map_err(|error| error.to_string())?);
        }
        Ok(())
    }
}

/// The drawings in a file.
pub(crate) fn open(name: &str, bytes: &[u8]) -> Result<(EventBody, Vec<Vec<u8>>)> {
    let file = read_file(name, bytes, MOST).map_err(|error| LabError::Data { message: error.to_string() })?;
    let (form, words, left_out, buffer) = match file {
        File::Sketches { sketches, left_out } => {
            let (words, drawings): (Vec<String>, Vec<Drawing>) =
                sketches.into_iter().map(|sketch| (sketch.word, sketch.strokes)).unzip();
            (Form::Strokes, words, left_out, protocol::write_drawings(&drawings))
        }
        File::Bitmaps { bitmaps, word, left_out } => {
            (Form::Bitmaps, vec![word; bitmaps.len() / PIXELS], left_out, bitmaps)
        }
    };
    Ok((EventBody::DrawingsRead { form, words, left_out: left_out as u32 }, vec![buffer]))
}

/// Drawings as a file of Quick, Draw!'s simplified form.
pub(crate) fn save(word: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    let sketches: Vec<Sketch> = read(bytes)?.into_iter().map(|strokes| Sketch::new(word, strokes)).collect();
    Ok(write_ndjson(&sketches).into_bytes())
}

fn read(bytes: &[u8]) -> Result<Vec<Drawing>> {
    protocol::read_drawings(bytes)
        .ok_or_else(|| LabError::Data { message: "The drawings beside the message are cut off.".into() })
}

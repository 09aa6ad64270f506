//! A sheet of tiles from the engine: filters, or the maps of a layer. Tiles are at least 44 px and as large as their room
//! allows; each of their pixels is a whole number of device pixels. Pointing, or the arrow keys, read a tile's numbers.

use leptos::{ev, html, prelude::*};
use web_sys::HtmlCanvasElement;

use super::legend::MapLegend;
use crate::{
    dom::follow_size,
    format,
    pictures::Tiles,
    plots::{canvas, colour::Meaning},
    theme::Theme,
};

/// The smallest tile, in CSS pixels.
const SMALLEST: f64 = 44.0;
/// Between tiles, in CSS pixels.
const GAP: f64 = 4.0;

/// Where tiles stand, in device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Grid {
    columns: usize,
    /// Device pixels to a pixel of the picture.
    scale: u32,
    gap: u32,
}

impl Grid {
    /// The largest tiles that fit the room; the smallest allowed where none fit.
    fn fitting(tiles: &Tiles, width: f64, height: f64, ratio: f64) -> Self {
        let side = tiles.sheet.width.max(tiles.sheet.height).max(1);
        let gap = (GAP * ratio).round() as u32;
        let smallest = ((SMALLEST * ratio) / f64::from(side)).ceil().max(1.0) as u32;
        let (width, height) = ((width * ratio) as u32, (height * ratio) as u32);
        let columns = |scale: u32| ((width + gap) / (scale * tiles.sheet.width + gap)).max(1) as usize;
        let fits = |scale: &u32| {
            let rows = tiles.count().div_ceil(columns(*scale)) as u32;
            scale * tiles.sheet.width <= width && rows * (scale * tiles.sheet.height + gap) <= height + gap
        };
        let largest = (3 * smallest).max(smallest + 1);
        let scale = (smallest..=largest).rev().find(fits).unwrap_or(smallest);
        Self { columns: columns(scale).min(tiles.count().max(1)), scale, gap }
    }

    fn size(&self, tiles: &Tiles) -> (u32, u32) {
        let rows = tiles.count().div_ceil(self.columns) as u32;
        let (width, height) = (tiles.sheet.width * self.scale + self.gap, tiles.sheet.height * self.scale + self.gap);
        (self.columns as u32 * width - self.gap, rows * height - self.gap)
    }

    fn corner(&self, tiles: &Tiles, index: usize) -> (u32, u32) {
        let (column, row) = ((index % self.columns) as u32, (index / self.columns) as u32);
        (
            column * (tiles.sheet.width * self.scale + self.gap),
            row * (tiles.sheet.height * self.scale + self.gap),
        )
    }

    /// The tile and its pixel under a place in device pixels.
    fn under(&self, tiles: &Tiles, x: f64, y: f64) -> Option<(usize, usize, usize)> {
        let (x, y) = (x.max(0.0) as u32, y.max(0.0) as u32);
        let (width, height) = (tiles.sheet.width * self.scale + self.gap, tiles.sheet.height * self.scale + self.gap);
        let index = (y / height) as usize * self.columns + (x / width) as usize;
        let (inner_x, inner_y) = ((x % width) / self.scale, (y % height) / self.scale);
        let inside = inner_x < tiles.sheet.width && inner_y < tiles.sheet.height && index < tiles.count();
        inside.then_some((index, inner_x as usize, inner_y as usize))
    }
}

fn draw(element: &HtmlCanvasElement, tiles: &Tiles, grid: &Grid, meaning: Option<Meaning>, dark: bool) -> Option<()> {
    let source = canvas::scratch()?;
    let (tile_width, tile_height) = (f64::from(tiles.sheet.width), f64::from(tiles.sheet.height));
    canvas::put(&source, &tiles.all_rgba(meaning, dark), tiles.sheet.width, tiles.sheet.height * tiles.sheet.tiles)?;
    let (width, height) = grid.size(tiles);
    canvas::resize(element, width, height);
    let context = canvas::context(element)?;
    context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
    context.set_image_smoothing_enabled(false);
    for index in 0..tiles.count() {
        let (x, y) = grid.corner(tiles, index);
        let scale = f64::from(grid.scale);
        context
            .draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                &source,
                0.0,
                index as f64 * tile_height,
                tile_width,
                tile_height,
                f64::from(x),
                f64::from(y),
                tile_width * scale,
                tile_height * scale,
            )
            .ok()?;
    }
    Some(())
}

/// What is read: a tile, and perhaps one of its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reading {
    tile: usize,
    pixel: Option<(usize, usize)>,
}

fn words(tiles: &Tiles, noun: &str, reading: Reading) -> String {
    let number = reading.tile + 1;
    let join = |values: Vec<f64>| values.into_iter().map(format::significant).collect::<Vec<_>>().join(", ");
    match reading.pixel {
        Some((x, y)) => format!("{noun} {number} at ({x}, {y}): {}", join(tiles.values_at(reading.tile, x, y))),
        None => match tiles.extent(reading.tile) {
            Some((low, high)) => {
                format!("{noun} {number}: from {} to {}", format::significant(low), format::significant(high))
            }
            None => String::new(),
        },
    }
}

#[component]
pub fn PictureSheet(
    #[prop(into)] tiles: Signal<Option<Tiles>>,
    /// What one tile is called: "filter", "map".
    #[prop(into)]
    noun: Signal<String>,
    /// Which colour map; by default what the sheet's colouring says.
    #[prop(optional, into)]
    meaning: Signal<Option<Meaning>>,
) -> impl IntoView {
    let theme = expect_context::<Theme>();
    let node = NodeRef::<html::Canvas>::new();
    let room = NodeRef::<html::Div>::new();
    let size = follow_size(room);
    let reading = RwSignal::new(None::<Reading>);
    let grid = Memo::new(move |_| {
        let (width, height) = size.get();
        tiles.with(|tiles| tiles.as_ref().map(|tiles| Grid::fitting(tiles, width, height, canvas::pixel_ratio())))
    });
    Effect::new(move |_| {
        let (Some(element), Some(grid)) = (node.get(), grid.get()) else { return };
        tiles.with(|tiles| {
            if let Some(tiles) = tiles {
                let _ = draw(&element, tiles, &grid, meaning.get(), theme.is_dark.get());
            }
        });
    });
    let css_size = move |index: usize| {
        let (Some(grid), Some(tiles)) = (grid.get(), tiles.get()) else { return "0".to_owned() };
        let size: [u32; 2] = grid.size(&tiles).into();
        format!("{}px", f64::from(size[index]) / canvas::pixel_ratio())
    };
    let point = move |event: ev::PointerEvent| {
        let (Some(grid), Some(tiles)) = (grid.get_untracked(), tiles.get_untracked()) else { return };
        let ratio = canvas::pixel_ratio();
        let found = grid.under(&tiles, f64::from(event.offset_x()) * ratio, f64::from(event.offset_y()) * ratio);
        reading.set(found.map(|(tile, x, y)| Reading { tile, pixel: Some((x, y)) }));
    };
    let step = move |event: ev::KeyboardEvent| {
        let (Some(grid), Some(count)) = (grid.get_untracked(), tiles.with_untracked(|t| t.as_ref().map(Tiles::count))) else {
            return;
        };
        let tile = reading.get_untracked().map_or(0, |reading| reading.tile as i64);
        let by = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            "ArrowDown" => grid.columns as i64,
            "ArrowUp" => -(grid.columns as i64),
            _ => return,
        };
        event.prevent_default();
        reading.set(Some(Reading { tile: (tile + by).clamp(0, count as i64 - 1) as usize, pixel: None }));
    };
    let text = move || {
        let reading = reading.get()?;
        tiles.with(|tiles| tiles.as_ref().map(|tiles| words(tiles, &noun.get(), reading)))
    };
    let title = move || tiles.with(|tiles| tiles.as_ref().map(|tiles| tiles.sheet.title.clone()).unwrap_or_default());
    let ends = move || tiles.with(|t| t.as_ref().map_or((0.0, 0.0), |t| (f64::from(t.sheet.low), f64::from(t.sheet.high))));
    let shown_meaning = move || meaning.get().or(tiles.with(|t| t.as_ref().map(Tiles::meaning))).unwrap_or(Meaning::Input);
    view! {
        <div class="sheet">
            <div class="sheet-room" node_ref=room>
                <canvas
                    node_ref=node
                    role="img"
                    tabindex="0"
                    aria-label=move || format!("{} ({} {}s)", title(), tiles.with(|t| t.as_ref().map_or(0, Tiles::count)), noun.get())
                    style:width=move || css_size(0)
                    style:height=move || css_size(1)
                    on:pointermove=point
                    on:pointerdown=point
                    on:pointerleave=move |_| reading.set(None)
                    on:blur=move |_| reading.set(None)
                    on:keydown=step
                ></canvas>
            </div>
            <div class="sheet-foot">
                <MapLegend meaning=Signal::derive(shown_meaning) low=Signal::derive(move || ends().0) high=Signal::derive(move || ends().1) />
                <span class="sheet-reading number" role="status">{text}</span>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Colouring, Sheet};

    fn tiles(count: u32, side: u32) -> Tiles {
        let sheet =
            Sheet { title: "t".into(), tiles: count, width: side, height: side, colouring: Colouring::Grey, low: 0.0, high: 1.0 };
        Tiles::new(sheet, vec![0; (count * side * side) as usize]).unwrap()
    }

    #[test]
    fn tiles_are_at_least_44_pixels_and_grow_with_their_room() {
        for (count, side) in [(16, 5), (20, 32), (20, 4), (10, 1), (1, 320)] {
            let tiles = tiles(count, side);
            for (width, height) in [(300.0, 50.0), (480.0, 120.0), (1000.0, 400.0)] {
                let grid = Grid::fitting(&tiles, width, height, 1.0);
                assert!(f64::from(grid.scale * side) >= SMALLEST, "{count} {side}");
            }
        }
        let (narrow, wide) = (Grid::fitting(&tiles(16, 5), 300.0, 100.0, 1.0), Grid::fitting(&tiles(16, 5), 900.0, 300.0, 1.0));
        assert!(wide.scale > narrow.scale);
    }

    #[test]
    fn the_tile_under_a_place_is_the_one_drawn_there() {
        let tiles = tiles(10, 4);
        let grid = Grid::fitting(&tiles, 300.0, 120.0, 2.0);
        for index in 0..10 {
            let (x, y) = grid.corner(&tiles, index);
            assert_eq!(grid.under(&tiles, f64::from(x) + 1.0, f64::from(y) + 1.0), Some((index, 0, 0)));
        }
    }
}

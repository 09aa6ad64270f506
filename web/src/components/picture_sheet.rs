//! A sheet of tiles from the engine: filters, or the maps of a layer. Tiles are at least 44 px and as large as their room
//! allows; each of their pixels is a whole number of device pixels. Pointing, or the arrow keys, read a tile's numbers.

use leptos::{ev, html, prelude::*};
use protocol::Colouring;
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
/// Between tiles, in CSS pixels: where there is room, and where there is little.
const GAP: f64 = 5.0;
const TIGHT_GAP: f64 = 2.0;

/// Where tiles stand, in device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Grid {
    columns: usize,
    /// Width and height of a tile.
    tile: [u32; 2],
    gap: u32,
    /// Tiles are not a whole multiple of their pixels: smoothed, since squares of unequal size would lie.
    is_smooth: bool,
}

impl Grid {
    /// The largest whole multiple that fits the room; where none does, tiles of just the smallest size allowed.
    fn fitting(tiles: &Tiles, width: f64, height: f64, ratio: f64) -> Self {
        let side = f64::from(tiles.sheet.width.max(tiles.sheet.height).max(1));
        let room = [(width * ratio) as u32, (height * ratio) as u32];
        let with_side = |wanted: f64, gap: f64, is_smooth: bool| {
            let scaled = |length: u32| (f64::from(length) * wanted / side).round().max(1.0) as u32;
            let gap = (gap * ratio).round() as u32;
            let tile = [scaled(tiles.sheet.width), scaled(tiles.sheet.height)];
            let columns = ((room[0] + gap) / (tile[0] + gap)).max(1) as usize;
            Self { columns: columns.min(tiles.count().max(1)), tile, gap, is_smooth }
        };
        let smallest = ((SMALLEST * ratio) / side).ceil().max(1.0) as u32;
        let multiples = (smallest..=3 * smallest).rev().map(|scale| with_side(f64::from(scale) * side, GAP, false));
        let fits = |grid: &Self| {
            let size = grid.size(tiles);
            size.0 <= room[0] && size.1 <= room[1]
        };
        // Between once and twice its size, a tile cannot be a whole multiple without taking twice the room.
        let tight = match smallest {
            2 => with_side((SMALLEST * ratio).ceil(), TIGHT_GAP, true),
            _ => with_side(f64::from(smallest) * side, TIGHT_GAP, false),
        };
        let mut fitting = multiples.filter(fits);
        fitting.next().unwrap_or(tight)
    }

    fn size(&self, tiles: &Tiles) -> (u32, u32) {
        let rows = tiles.count().div_ceil(self.columns) as u32;
        (self.columns as u32 * (self.tile[0] + self.gap) - self.gap, rows * (self.tile[1] + self.gap) - self.gap)
    }

    fn corner(&self, index: usize) -> (u32, u32) {
        let (column, row) = ((index % self.columns) as u32, (index / self.columns) as u32);
        (column * (self.tile[0] + self.gap), row * (self.tile[1] + self.gap))
    }

    /// The tile and its pixel under a place in device pixels.
    fn under(&self, tiles: &Tiles, x: f64, y: f64) -> Option<(usize, usize, usize)> {
        let (x, y) = (x.max(0.0) as u32, y.max(0.0) as u32);
        let (width, height) = (self.tile[0] + self.gap, self.tile[1] + self.gap);
        let column = (x / width) as usize;
        let index = (y / height) as usize * self.columns + column;
        let inside =
            x % width < self.tile[0] && y % height < self.tile[1] && column < self.columns && index < tiles.count();
        let pixel =
            |at: u32, tile: u32, pixels: u32| (u64::from(at) * u64::from(pixels) / u64::from(tile.max(1))) as usize;
        let place = (
            index,
            pixel(x % width, self.tile[0], tiles.sheet.width),
            pixel(y % height, self.tile[1], tiles.sheet.height),
        );
        inside.then_some(place)
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
    context.set_image_smoothing_enabled(grid.is_smooth);
    for index in 0..tiles.count() {
        let (x, y) = grid.corner(index);
        context
            .draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                &source,
                0.0,
                index as f64 * tile_height,
                tile_width,
                tile_height,
                f64::from(x),
                f64::from(y),
                f64::from(grid.tile[0]),
                f64::from(grid.tile[1]),
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
    /// A pixel was pressed: its tile, column and row.
    #[prop(optional, into)]
    on_pick: Option<Callback<(usize, usize, usize)>>,
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
    let pick = move |event: ev::PointerEvent| {
        point(event);
        let picked = reading.get_untracked().and_then(|Reading { tile, pixel }| pixel.map(|(x, y)| (tile, x, y)));
        if let (Some(on_pick), Some(picked)) = (on_pick, picked) {
            on_pick.run(picked);
        }
    };
    let step = move |event: ev::KeyboardEvent| {
        let (Some(grid), Some(count)) = (grid.get_untracked(), tiles.with_untracked(|t| t.as_ref().map(Tiles::count)))
        else {
            return;
        };
        let tile = reading.get_untracked().map_or(0, |reading| reading.tile as i64);
        let by = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            "ArrowDown" => grid.columns as i64,
            "ArrowUp" => -(grid.columns as i64),
            "Enter" => {
                let middle = tiles.with_untracked(|tiles| {
                    tiles.as_ref().map_or((0, 0), |tiles| (tiles.sheet.width / 2, tiles.sheet.height / 2))
                });
                if let Some(on_pick) = on_pick {
                    on_pick.run((tile as usize, middle.0 as usize, middle.1 as usize));
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        reading.set(Some(Reading { tile: (tile + by).clamp(0, count as i64 - 1) as usize, pixel: None }));
    };
    // What was read of one sheet says nothing of the next.
    let title_now =
        Memo::new(move |_| tiles.with(|tiles| tiles.as_ref().map(|tiles| (tiles.sheet.title.clone(), tiles.count()))));
    Effect::new(move |_| {
        title_now.track();
        reading.set(None);
    });
    let text = move || {
        let reading = reading.get()?;
        tiles.with(|tiles| tiles.as_ref().map(|tiles| words(tiles, &noun.get(), reading)))
    };
    let title = move || tiles.with(|tiles| tiles.as_ref().map(|tiles| tiles.sheet.title.clone()).unwrap_or_default());
    let ends =
        move || tiles.with(|t| t.as_ref().map_or((0.0, 0.0), |t| (f64::from(t.sheet.low), f64::from(t.sheet.high))));
    let is_rgb =
        move || tiles.with(|tiles| tiles.as_ref().is_some_and(|tiles| tiles.sheet.colouring == Colouring::Rgb));
    // What is in colour already has no map.
    let shown_meaning = move || {
        let own = tiles.with(|tiles| tiles.as_ref().map(Tiles::meaning));
        if is_rgb() { Meaning::Input } else { meaning.get().or(own).unwrap_or(Meaning::Input) }
    };
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
                    on:pointerdown=pick
                    on:pointerleave=move |_| reading.set(None)
                    on:blur=move |_| reading.set(None)
                    on:keydown=step
                ></canvas>
            </div>
            <div class="sheet-foot">
                <Show when=is_rgb><span>"R, G, B from"</span></Show>
                <MapLegend meaning=Signal::derive(shown_meaning) low=Signal::derive(move || ends().0) high=Signal::derive(move || ends().1) />
                <span class="sheet-reading number" role="status">{text}</span>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Sheet;

    fn tiles(count: u32, side: u32) -> Tiles {
        let sheet = Sheet {
            title: "t".into(),
            tiles: count,
            width: side,
            height: side,
            colouring: Colouring::Grey,
            low: 0.0,
            high: 1.0,
        };
        Tiles::new(sheet, vec![0; (count * side * side) as usize]).unwrap()
    }

    #[test]
    fn tiles_are_at_least_44_pixels_and_grow_with_their_room() {
        for (count, side) in [(16, 5), (20, 32), (20, 4), (10, 1), (1, 320)] {
            let tiles = tiles(count, side);
            for (width, height) in [(300.0, 50.0), (480.0, 120.0), (1000.0, 400.0)] {
                let grid = Grid::fitting(&tiles, width, height, 1.0);
                assert!(f64::from(grid.tile[0]) >= SMALLEST, "{count} {side}");
            }
        }
        let (narrow, wide) =
            (Grid::fitting(&tiles(16, 5), 300.0, 100.0, 1.0), Grid::fitting(&tiles(16, 5), 900.0, 300.0, 1.0));
        assert!(wide.tile[0] > narrow.tile[0] && !wide.is_smooth);
    }

    #[test]
    fn the_tile_under_a_place_is_the_one_drawn_there() {
        let tiles = tiles(10, 4);
        let grid = Grid::fitting(&tiles, 300.0, 120.0, 2.0);
        for index in 0..10 {
            let (x, y) = grid.corner(index);
            assert_eq!(grid.under(&tiles, f64::from(x) + 1.0, f64::from(y) + 1.0), Some((index, 0, 0)));
        }
        assert_eq!(grid.under(&tiles, 1e9, 0.0), None);
    }
}

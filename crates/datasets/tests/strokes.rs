//! Strokes to pixels: the published rule as cairo follows it, and what a pad may send.

use datasets::{Distortion, Placement, Point, Raster, Tracing};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    strokes: Vec<Vec<Point>>,
    bitmap: Vec<u8>,
}

/// Written by `strokes.py`, beside this file.
fn goldens() -> Vec<Golden> {
    serde_json::from_str(include_str!("strokes.json")).unwrap()
}

fn difference(a: &[u8], b: &[u8]) -> (u8, f64) {
    assert_eq!(a.len(), b.len());
    let differences: Vec<u8> = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).collect();
    let sum: f64 = differences.iter().map(|&difference| f64::from(difference)).sum();
    (differences.iter().copied().max().unwrap_or(0), sum / differences.len() as f64)
}

#[test]
fn official_bitmaps_are_as_cairo_draws_them() {
    for Golden { strokes, bitmap } in goldens() {
        let (most, mean) = difference(&Raster::OFFICIAL.draw(&strokes), &bitmap);
        assert!(most <= 16 && mean < 0.8, "up to {most} of 255, {mean} in the mean");
    }
}

#[test]
fn the_unit_and_the_place_of_the_strokes_do_not_matter() {
    for Golden { strokes, bitmap } in goldens() {
        let elsewhere: Vec<Vec<Point>> = strokes
            .iter()
            .map(|stroke| stroke.iter().map(|[x, y]| [3.0 * x - 500.0, 3.0 * y + 70.0]).collect())
            .collect();
        let (most, mean) = difference(&Raster::OFFICIAL.draw(&elsewhere), &bitmap);
        assert!(most <= 16 && mean < 0.8, "up to {most} of 255, {mean} in the mean");
    }
}

#[test]
fn a_raster_says_how_large_how_thick_and_where() {
    let raster = Raster { side: 20, extent: 10.0, line: 2.0, placement: Placement::TopLeft };
    let pixels = raster.draw(&[vec![[5.0, 5.0], [105.0, 5.0]]]);
    let row = |y: usize| &pixels[20 * y..20 * (y + 1)];
    assert_eq!((row(0)[1..11].iter().min(), row(1)[1..11].iter().min()), (Some(&255), Some(&255)));
    assert!(row(0)[12..].iter().chain(&pixels[40..]).all(|&pixel| pixel == 0));
    assert!((100..255).contains(&row(0)[0]) && row(0)[0] == row(0)[11], "round ends: {:?}", row(0));
}

#[test]
fn nothing_that_a_pad_sends_panics() {
    let odd = [f32::NAN, f32::INFINITY, f32::MIN, 0.0, 1e-30, f32::MAX];
    for x in odd {
        for y in odd {
            let pixels = Raster::OFFICIAL.draw(&[vec![[x, y], [1.0, 2.0]], vec![], vec![[y, x]]]);
            assert_eq!(pixels.len(), 784);
        }
    }
    assert!(Raster::OFFICIAL.draw(&[]).iter().all(|&pixel| pixel == 0));
    assert!(Raster { side: 0, ..Raster::OFFICIAL }.draw(&[vec![[1.0, 1.0]]]).is_empty());
    let dot = Raster::OFFICIAL.draw(&[vec![[9.0, 9.0]]]);
    assert!(dot[13 * 28 + 13] > 100 && dot.iter().filter(|&&pixel| pixel > 0).count() == 4, "one dot in the middle");
}

#[test]
fn what_is_traced_is_drawn_again_where_it_was() {
    for Golden { bitmap, .. } in goldens() {
        let again = Tracing::new(&bitmap).draw(&Raster::OFFICIAL);
        let (_, mean) = difference(&again, &bitmap);
        let (_, nothing) = difference(&vec![0; 784], &bitmap);
        assert!(mean < 0.35 * nothing, "{mean} of {nothing}");
    }
    assert!(Tracing::new(&[0; 784]).draw(&Raster::OFFICIAL).iter().all(|&pixel| pixel == 0));
    assert_eq!(Tracing::new(&[255; 3]).draw(&Raster::OFFICIAL).len(), 784);
}

#[test]
fn strokes_are_traced_as_they_are_drawn() {
    let dot = Golden { strokes: vec![vec![[3.0, 4.0]]], bitmap: vec![] };
    let crossing = (0..4).map(|line| vec![[0.0, 60.0 * line as f32], [255.0, 255.0 - 60.0 * line as f32]]).collect();
    let crossing = Golden { strokes: crossing, bitmap: vec![] };
    for Golden { strokes, .. } in goldens().into_iter().chain([dot, crossing]) {
        let tracing = Tracing::from_strokes(&strokes);
        for raster in [Raster::OFFICIAL, Raster::PAD] {
            let (most, mean) = difference(&tracing.draw(&raster), &raster.draw(&strokes));
            assert!(most <= 8 && mean < 0.1, "up to {most} of 255, {mean} in the mean");
        }
    }
    assert!(Tracing::from_strokes(&[]).draw(&Raster::PAD).iter().all(|&pixel| pixel == 0));
    let odd =
        [vec![[f32::NAN, 1.0], [1.0, 1.0]], vec![], vec![[f32::MAX, f32::INFINITY], [f32::MIN, 0.0], [f32::MAX, 1.0]]];
    assert_eq!(Tracing::from_strokes(&odd).draw(&Raster::PAD).len(), 784);
}

#[test]
fn strokes_and_their_bitmap_are_bent_alike() {
    // Without a hole, which is drawn around one of the segments, and those differ.
    let by = Distortion { erase: 0.0, ..Distortion::PAD };
    for Golden { strokes, bitmap } in goldens() {
        let (strokes, bitmap) = (Tracing::from_strokes(&strokes), Tracing::new(&bitmap));
        let draw = |tracing: &Tracing, example| tracing.distorted(&Raster::PAD, &by, 1, 0, example);
        let apart = |other: usize| -> f64 {
            (0..20).map(|example| difference(&draw(&strokes, example), &draw(&bitmap, example + other)).1).sum()
        };
        let (alike, otherwise) = (apart(0), apart(1));
        assert!(alike < 0.4 * otherwise, "{alike}, where other distortions are {otherwise} apart");
    }
}

#[test]
fn a_hole_takes_a_part_of_a_line_and_not_the_line() {
    let line = Tracing::from_strokes(&[vec![[0.0, 0.0], [255.0, 40.0]], vec![[0.0, 255.0], [255.0, 215.0]]]);
    let ink = |erase: f32, example| -> u32 {
        let by = Distortion { erase, ..Distortion::default() };
        line.distorted(&Raster::PAD, &by, 1, 0, example).into_iter().map(u32::from).sum()
    };
    let parts: Vec<f32> = (0..50).map(|example| ink(4.0, example) as f32 / ink(0.0, example) as f32).collect();
    assert!(parts.iter().all(|&part| part > 0.7) && parts.iter().any(|&part| part < 0.95), "{parts:?}");
}

#[test]
fn a_distortion_is_a_function_of_seed_epoch_and_example() {
    let tracing = Tracing::new(&goldens()[3].bitmap);
    let by = Distortion { flip: true, rotation: 10.0, waves: 2.0, erase: 3.0, line: 0.2, ..Distortion::default() };
    let draw = |seed, epoch, example| tracing.distorted(&Raster::OFFICIAL, &by, seed, epoch, example);
    let here = draw(1, 2, 3);
    assert_eq!(here, draw(1, 2, 3));
    for other in [draw(2, 2, 3), draw(1, 3, 3), draw(1, 2, 4)] {
        assert_ne!(here, other);
    }
    let unchanged = tracing.distorted(&Raster::OFFICIAL, &Distortion::default(), 1, 2, 3);
    let (most, _) = difference(&unchanged, &tracing.draw(&Raster::OFFICIAL));
    assert!(most <= 4, "no distortion changes nothing, but {most}");
}

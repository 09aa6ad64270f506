//! Files of drawings: what is written is read again, what is simplified looks the same, and no bytes break a reader.

use datasets::drawings::{
    File, MOST_POINTS, Sketch, read_binary, read_file, read_ndjson, simplify, write_binary, write_ndjson,
};
use datasets::{Point, Raster, Tracing};
use proptest::collection::vec;
use proptest::prelude::*;

fn whole() -> impl Strategy<Value = f32> {
    any::<u8>().prop_map(f32::from)
}

/// Not always simplified, but of whole numbers, as what the formats can hold.
fn sketch() -> impl Strategy<Value = Sketch> {
    let strokes = vec(vec([whole(), whole()], 0..20), 0..6);
    let key = proptest::option::of(1..u64::MAX);
    (any::<String>(), any::<bool>(), key, strokes).prop_map(|(word, recognized, key_id, strokes)| Sketch {
        word,
        recognized,
        key_id,
        strokes,
    })
}

/// As a pad might send it.
fn strokes() -> impl Strategy<Value = Vec<Vec<Point>>> {
    vec(vec([-50.0_f32..900.0, -50.0_f32..900.0], 1..30), 1..6)
}

fn along(strokes: &[Vec<Point>], axis: usize) -> impl Iterator<Item = f32> {
    strokes.iter().flatten().map(move |point| point[axis])
}

fn least(strokes: &[Vec<Point>], axis: usize) -> f32 {
    along(strokes, axis).fold(f32::INFINITY, f32::min)
}

/// The longer side of the bounding box.
fn longer(strokes: &[Vec<Point>]) -> f32 {
    let side = |axis| along(strokes, axis).fold(f32::NEG_INFINITY, f32::max) - least(strokes, axis);
    side(0).max(side(1))
}

fn any_name() -> impl Strategy<Value = String> {
    let ending = prop_oneof![Just(".ndjson"), Just(".jsonl"), Just(".json"), Just(".bin"), Just(".npy"), Just("")];
    ("\\PC{0,12}", ending).prop_map(|(stem, ending)| stem + ending)
}

/// What a page does with a file: none of it may panic either.
fn use_it(file: File) {
    match file {
        File::Sketches { sketches, .. } => {
            for sketch in sketches.iter().filter(|sketch| sketch.strokes.iter().flatten().count() < MOST_POINTS) {
                write_ndjson(std::slice::from_ref(sketch));
                write_binary(std::slice::from_ref(sketch)).unwrap();
                sketch.simplified();
                Tracing::from_strokes(&sketch.strokes).draw(&Raster::PAD);
            }
        }
        File::Bitmaps { bitmaps, .. } => assert_eq!(bitmaps.len() % 784, 0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ndjson_is_read_as_it_was_written(sketches in vec(sketch(), 0..5), most in 0_usize..6) {
        let text = write_ndjson(&sketches);
        let kept = most.min(sketches.len());
        let read = read_ndjson(text.as_bytes(), most).unwrap();
        prop_assert_eq!(read, (sketches[..kept].to_vec(), sketches.len() - kept));
    }

    #[test]
    fn bytes_are_read_as_they_were_written(sketches in vec(sketch(), 0..5), most in 0_usize..6) {
        let sketches: Vec<Sketch> = sketches.into_iter().map(|sketch| Sketch { word: "cat".into(), ..sketch }).collect();
        let bytes = write_binary(&sketches).unwrap();
        let kept = most.min(sketches.len());
        prop_assert_eq!(read_binary("cat", &bytes, most), Ok((sketches[..kept].to_vec(), sketches.len() - kept)));
    }

    #[test]
    fn what_is_written_of_a_pads_drawing_is_simplified_and_keeps_the_ends_of_its_strokes(strokes in strokes()) {
        let sketch = Sketch::new("cat", simplify(&strokes));
        let text = write_ndjson(std::slice::from_ref(&sketch));
        prop_assert_eq!(&write_ndjson(&[Sketch::new("cat", strokes.clone())]), &text);
        prop_assert_eq!(&read_ndjson(text.as_bytes(), 1).unwrap().0[0], &sketch);
        prop_assert_eq!(sketch.strokes.len(), strokes.len());
        for (simplified, stroke) in sketch.strokes.iter().zip(&strokes) {
            prop_assert!(simplified.len() >= 2);
            let ends = |stroke: &[Point]| [stroke[0], stroke[stroke.len() - 1]];
            let (rounded, longer) = (ends(simplified), longer(&strokes));
            for (rounded, end) in rounded.iter().zip(ends(stroke)) {
                let scaled = [0, 1].map(|axis| (end[axis] - least(&strokes, axis)) * 255.0 / longer.max(1e-30));
                prop_assert!((scaled[0] - rounded[0]).abs() < 0.51 && (scaled[1] - rounded[1]).abs() < 0.51);
            }
        }
    }

    #[test]
    fn no_bytes_and_no_name_panic(name in any_name(), bytes in vec(any::<u8>(), 0..200), most in any::<usize>()) {
        if let Ok(file) = read_file(&name, &bytes, most) {
            use_it(file);
        }
    }

    #[test]
    fn no_damage_to_a_file_panics(
        sketches in vec(sketch(), 1..4), ending in 0_usize..3, at in any::<prop::sample::Index>(), with in vec(any::<u8>(), 0..4),
    ) {
        let (name, mut bytes) = match ending {
            0 => ("cat.ndjson", write_ndjson(&sketches).into_bytes()),
            1 => ("cat.bin", write_binary(&sketches).unwrap()),
            _ => ("cat.npy", datasets::npy::write(2, 784, &[7; 1568]).unwrap()),
        };
        let at = at.index(bytes.len());
        let end = (at + with.len()).min(bytes.len());
        bytes.splice(at..end, with);
        match read_file(name, &bytes, 10) {
            Ok(file) => use_it(file),
            Err(error) => prop_assert!(error.to_string().ends_with('.'), "{}", error),
        }
    }
}

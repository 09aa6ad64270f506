//! Drawings as text, a JSON object a line: raw, with the time of each point, or simplified.
//!
//! The keys are those of Quick, Draw!'s README; what is not a drawing's own (country, time) is neither read nor written.

use serde_json::Value;

use super::{MOST_POINTS, Sketch, whole};
use crate::Point;

/// Bytes of a line: a raw drawing has about 40 a point. As a `Value` it takes up to sixteen times as much.
const LONGEST_LINE: usize = 1 << 21;

/// Where a text of drawings cannot be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Line {line} is not a drawing: {fault}.")]
pub struct NdjsonError {
    /// The first is 1.
    pub line: usize,
    #[source]
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("it is longer than {LONGEST_LINE} bytes")]
    Long,
    #[error("it is not JSON, of which each line must hold a whole object ({reason}, at character {column})")]
    NotJson { reason: String, column: usize },
    #[error("it has no \"word\" that says what was drawn")]
    NoWord,
    #[error("it has no \"drawing\" that is a list of strokes")]
    NoDrawing,
    #[error("stroke {stroke} is not a list of x and a list of y")]
    NoStroke { stroke: usize },
    #[error("stroke {stroke} has {x} x, but {y} y")]
    Lengths { stroke: usize, x: usize, y: usize },
    #[error("a coordinate of stroke {stroke} is not a number, or a huge one")]
    NoNumber { stroke: usize },
    #[error("it has more than {MOST_POINTS} points")]
    TooManyPoints,
}

/// The first drawings, at most `most`, and how many more lines there are, which are not looked at. Blank lines do not count.
pub fn read_ndjson(bytes: &[u8], most: usize) -> Result<(Vec<Sketch>, usize), NdjsonError> {
    // What some editors of Windows put before a text.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let lines = bytes.split(|&byte| byte == b'\n').enumerate();
    let mut lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let sketches = lines
        .by_ref()
        .take(most)
        .map(|(index, line)| read_line(line).map_err(|fault| NdjsonError { line: index + 1, fault }))
        .collect::<Result<_, _>>()?;
    Ok((sketches, lines.count()))
}

fn read_line(line: &[u8]) -> Result<Sketch, Fault> {
    if line.len() > LONGEST_LINE {
        return Err(Fault::Long);
    }
    let line: Value = serde_json::from_slice(line).map_err(|error| {
        let (sentence, column) = (error.to_string(), error.column());
        let reason = sentence.split_once(" at line ").map_or(sentence.as_str(), |(reason, _)| reason).to_owned();
        Fault::NotJson { reason, column }
    })?;
    let word = line.get("word").and_then(Value::as_str).ok_or(Fault::NoWord)?.to_owned();
    let recognized = line.get("recognized").and_then(Value::as_bool).unwrap_or(true);
    let key_id = line.get("key_id").and_then(|key| key.as_str().map_or_else(|| key.as_u64(), |key| key.parse().ok()));
    let drawing = line.get("drawing").and_then(Value::as_array).ok_or(Fault::NoDrawing)?;
    let mut strokes = Vec::with_capacity(drawing.len());
    let mut points = 0;
    for (index, stroke) in drawing.iter().enumerate() {
        let stroke = read_stroke(index + 1, stroke)?;
        points += stroke.len();
        if points > MOST_POINTS {
            return Err(Fault::TooManyPoints);
        }
        strokes.push(stroke);
    }
    Ok(Sketch { word, recognized, key_id, strokes })
}

/// A list of x, a list of y, and in raw files a list of times.
fn read_stroke(stroke: usize, value: &Value) -> Result<Vec<Point>, Fault> {
    let Some([Value::Array(x), Value::Array(y), ..]) = value.as_array().map(Vec::as_slice) else {
        return Err(Fault::NoStroke { stroke });
    };
    if x.len() != y.len() {
        return Err(Fault::Lengths { stroke, x: x.len(), y: y.len() });
    }
    let number = |value: &Value| {
        let number = value.as_f64().map(|number| number as f32).filter(|number| number.is_finite());
        number.ok_or(Fault::NoNumber { stroke })
    };
    x.iter().zip(y).map(|(x, y)| Ok([number(x)?, number(y)?])).collect()
}

/// Simplified drawings as text, one a line. Drawings that are not of whole numbers between 0 and 255 are simplified first.
pub fn write_ndjson(sketches: &[Sketch]) -> String {
    sketches.iter().map(line).collect()
}

fn line(Sketch { word, recognized, key_id, strokes }: &Sketch) -> String {
    let word = Value::from(word.as_str());
    let key_id = key_id.map_or(String::new(), |key| format!("\"key_id\":\"{key}\","));
    let axis = |stroke: &[[u8; 2]], axis: usize| list(stroke.iter().map(|point| point[axis].to_string()));
    let drawing = list(whole(strokes).iter().map(|stroke| format!("[{},{}]", axis(stroke, 0), axis(stroke, 1))));
    format!("{{\"word\":{word},\"recognized\":{recognized},{key_id}\"drawing\":{drawing}}}\n")
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in Quick, Draw!'s README, with fewer points.
    const RAW: &str = r#"{"key_id":"5891796615823360","word":"nose","countrycode":"AE","timestamp":"2017-03-01 20:41:36.70725 UTC","recognized":false,"drawing":[[[129.5,128,129],[1,2,3.25],[0,17,33]],[[4],[5],[60]]]}"#;

    #[test]
    fn raw_and_simplified_drawings_are_read_and_their_times_are_not() {
        let simplified = r#"{"word":"two lines","drawing":[[[0,255],[0,9]],[[1,2,3],[4,5,6]]]}"#;
        let text = format!("\u{feff}\n{RAW}\r\n  \n{simplified}\n\n");
        let (sketches, left_out) = read_ndjson(text.as_bytes(), 10).unwrap();
        let raw = Sketch {
            word: "nose".into(),
            recognized: false,
            key_id: Some(5_891_796_615_823_360),
            strokes: vec![vec![[129.5, 1.0], [128.0, 2.0], [129.0, 3.25]], vec![[4.0, 5.0]]],
        };
        let strokes = vec![vec![[0.0, 0.0], [255.0, 9.0]], vec![[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]];
        assert_eq!((sketches, left_out), (vec![raw, Sketch::new("two lines", strokes)], 0));
    }

    #[test]
    fn lines_beyond_the_most_are_counted_and_not_looked_at() {
        let text = format!("{RAW}\n{RAW}\n\nnot JSON\n{RAW}");
        let (sketches, left_out) = read_ndjson(text.as_bytes(), 2).unwrap();
        assert_eq!((sketches.len(), left_out), (2, 2));
        assert_eq!(read_ndjson(text.as_bytes(), 3).unwrap_err().line, 4);
        assert_eq!(read_ndjson(RAW.as_bytes(), 0), Ok((vec![], 1)));
    }

    #[test]
    fn what_is_no_drawing_is_refused_with_its_line_and_a_sentence() {
        let refused =
            |line: &str| read_ndjson(format!("{RAW}\n\n{line}\n{RAW}").as_bytes(), 9).unwrap_err().to_string();
        let sentences = [
            ("{\"word\":", "it is not JSON, of which each line must hold a whole object (EOF while parsing a value"),
            ("[1, 2", "at character 5)"),
            ("[]", "it has no \"word\" that says what was drawn"),
            (r#"{"word":3}"#, "it has no \"word\""),
            (r#"{"word":"a"}"#, "it has no \"drawing\" that is a list of strokes"),
            (r#"{"word":"a","drawing":[[[1],[2]],[[1]]]}"#, "stroke 2 is not a list of x and a list of y"),
            (r#"{"word":"a","drawing":[[[1,2],[2]]]}"#, "stroke 1 has 2 x, but 1 y"),
            (r#"{"word":"a","drawing":[[[1,"2"],[2,3]]]}"#, "a coordinate of stroke 1 is not a number"),
            (r#"{"word":"a","drawing":[[[1e300],[2]]]}"#, "a coordinate of stroke 1 is not a number"),
        ];
        for (line, expected) in sentences {
            let sentence = refused(line);
            assert!(sentence.starts_with("Line 3 is not a drawing: ") && sentence.contains(expected), "{sentence}");
        }
        assert!(read_ndjson(b"\"\xFF\"", 1).unwrap_err().to_string().contains("it is not JSON"));
        let deep = "[".repeat(100_000);
        assert!(refused(&deep).contains("recursion limit"));
        assert!(refused(&" 1".repeat(LONGEST_LINE)).contains("longer than 2097152 bytes"));
        let many = vec!["1"; MOST_POINTS + 1].join(",");
        assert!(refused(&format!(r#"{{"word":"a","drawing":[[[{many}],[{many}]]]}}"#)).contains("50000 points"));
    }

    #[test]
    fn drawings_are_written_as_the_published_simplified_files_have_them() {
        let mut sketch = Sketch::new("a \"b\"\n", vec![vec![[0.0, 1.0], [255.0, 2.0]], vec![[3.0, 4.0]], vec![]]);
        let line = r#"{"word":"a \"b\"\n","recognized":true,"drawing":[[[0,255],[1,2]],[[3],[4]],[[],[]]]}"#;
        assert_eq!(write_ndjson(&[sketch.clone()]), format!("{line}\n"));
        (sketch.key_id, sketch.recognized, sketch.strokes) = (Some(17), false, vec![]);
        let second = r#"{"word":"a \"b\"\n","recognized":false,"key_id":"17","drawing":[]}"#;
        assert_eq!(write_ndjson(&[sketch.clone(), sketch]), format!("{second}\n{second}\n"));
    }

    #[test]
    fn what_does_not_fit_is_simplified_and_what_fits_stays() {
        for at in [0.5, -1.0, 256.0] {
            let sketch = Sketch::new("a", vec![vec![[1.0, at], [3.0, at + 10.0]]]);
            assert!(write_ndjson(&[sketch]).contains("[[[0,51],[0,255]]]"), "{at}");
        }
        let straight = Sketch::new("a", vec![vec![[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]]]);
        assert!(write_ndjson(&[straight]).contains("[[[1,1,1],[1,2,3]]]"));
    }
}

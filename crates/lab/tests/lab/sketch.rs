//! The pad as the page uses it: guesses for strokes, why, drawings like them, and lessons in chosen categories.

use datasets::quickdraw::{Category, Manifest, PIXELS, file_name};
use datasets::{Random, Raster, Stream, npy};
use protocol::{
    Command, DeviceName, Drawing, Drawings, EventBody, Form, SKETCH_PRESETS, Schedule, Settings, Split, StopReason,
    Views, write_drawings,
};

use crate::page::{Memory, Page};

const DRAWN: usize = 25;
const NETWORK: &str = "nn.Sequential(nn.Conv2d(1, 8, 5, stride=2, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(392, 3))";

/// One of three kinds of drawing, a little different each time.
fn drawing(kind: usize, number: usize) -> Drawing {
    let mut random = Random::new(7, Stream::ShapeScene, [kind as u32, number as u32]);
    let mut near = |x: f32, y: f32| [x + random.between(-12.0, 12.0), y + random.between(-12.0, 12.0)];
    match kind {
        // A ring, a cross, and a zigzag.
        0 => vec![
            (0..=24)
                .map(|at| (at as f32 * std::f32::consts::TAU / 24.0).sin_cos())
                .map(|(y, x)| [128.0 + 90.0 * x, 128.0 + 80.0 * y])
                .map(|[x, y]| near(x, y))
                .collect(),
        ],
        1 => vec![vec![near(30.0, 30.0), near(220.0, 220.0)], vec![near(220.0, 30.0), near(30.0, 220.0)]],
        _ => vec![
            [20.0, 80.0, 140.0, 200.0, 250.0]
                .iter()
                .enumerate()
                .map(|(at, &x)| near(x, if at % 2 == 0 { 60.0 } else { 190.0 }))
                .collect(),
        ],
    }
}

const NAMES: [&str; 3] = ["circle", "x", "zigzag"];

/// Three categories of Quick, Draw! of which files are there.
fn with_drawings() -> Memory {
    let memory = Memory::default();
    let mut categories = Vec::new();
    for (kind, name) in NAMES.iter().enumerate() {
        let bitmaps: Vec<u8> = (0..DRAWN).flat_map(|number| Raster::OFFICIAL.draw(&drawing(kind, number))).collect();
        let bytes = npy::write(DRAWN, PIXELS, &bitmaps).unwrap();
        let (file, sha256) = (file_name(name), String::new());
        categories.push(Category {
            name: (*name).into(),
            file: file.clone(),
            drawings: DRAWN,
            bytes: bytes.len() as u64,
            sha256,
        });
        memory.files.borrow_mut().insert(format!("data/quickdraw/{file}"), bytes);
    }
    let manifest = Manifest::new("credit", "source", categories);
    memory.files.borrow_mut().insert("data/quickdraw/manifest.json".into(), serde_json::to_vec(&manifest).unwrap());
    memory
}

fn settings(categories: &[&str]) -> Settings {
    Settings {
        network: NETWORK.replace("392, 3", &format!("392, {}", categories.len())),
        device: DeviceName::Cpu,
        batch_size: 12,
        schedule: Schedule::Constant,
        drawings: Drawings {
            categories: categories.iter().map(|&name| name.to_owned()).collect(),
            ..Drawings::default()
        },
        ..SKETCH_PRESETS[1].settings()
    }
}

fn on_drawings() -> Page {
    let mut page = Page::new(with_drawings());
    let answer = page.configure(settings(&NAMES));
    assert!(matches!(answer, EventBody::Configured { training_examples: 60, .. }), "{answer:?}");
    page
}

fn pad(drawing: &Drawing) -> Vec<Vec<u8>> {
    vec![write_drawings(std::slice::from_ref(drawing))]
}

fn best(page: &mut Page, drawing: &Drawing) -> u32 {
    match page.ask_with(Command::Sketch, pad(drawing)) {
        (EventBody::Sketched { guesses, milliseconds, .. }, buffers) => {
            assert!(guesses.len() == 3 && milliseconds >= 0.0 && buffers[0].len() == PIXELS);
            guesses[0].class
        }
        (other, _) => panic!("{other:?}"),
    }
}

#[test]
fn it_learns_chosen_categories_and_then_names_what_is_drawn() {
    let mut page = on_drawings();
    page.ask(Command::Step { steps: 200 });
    let EventBody::Evaluated { accuracy, examples, .. } =
        page.ask(Command::Evaluate { split: Split::HeldOut, views: Views::Single })
    else {
        panic!("not measured")
    };
    assert_eq!(examples, 15, "every fifth drawing is held out");
    assert!(accuracy > 0.9, "{accuracy}");
    let right =
        (0..30).filter(|&number| best(&mut page, &drawing(number % 3, 100 + number)) == (number % 3) as u32).count();
    assert!(right >= 27, "{right} of 30");
}

#[test]
fn a_sample_counts_no_drawing_twice() {
    let mut page = on_drawings();
    page.ask(Command::Train);
    for _ in 0..20 {
        page.work();
    }
    let sizes: Vec<u64> = page
        .events
        .iter()
        .filter_map(|(_, body, _)| match body {
            EventBody::Evaluated { examples, .. } => Some(*examples),
            _ => None,
        })
        .collect();
    assert!(!sizes.is_empty() && sizes.iter().all(|&size| size == 15), "{sizes:?}");
}

#[test]
fn a_drawing_is_taken_apart() {
    let mut page = on_drawings();
    page.ask(Command::Step { steps: 150 });
    let cross = drawing(1, 200);
    let (EventBody::Replayed { points, classes }, buffers) =
        page.ask_with(Command::Replay { class: Some(2) }, pad(&cross))
    else {
        panic!("not replayed")
    };
    assert_eq!(points, [1, 2, 3, 4]);
    assert_eq!((classes[0], classes.len()), (2, 3), "the class that was asked for comes first");
    let numbers: Vec<f32> =
        buffers[0].chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
    assert_eq!(numbers.len(), 12);
    assert!(numbers.chunks(3).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-5), "{numbers:?}");

    let (EventBody::Attributed { class, probability, without, sheet }, buffers) =
        page.ask_with(Command::Attribute { class: Some(1) }, pad(&cross))
    else {
        panic!("not attributed")
    };
    assert_eq!((class, without.len(), sheet.width, buffers[0].len()), (1, 2, 14, 14 * 14));
    let last = numbers[9..][classes.iter().position(|&class| class == 1).unwrap()];
    assert!((last - probability).abs() < 1e-5, "the whole drawing is the last moment: {last} {probability}");
    // Without one of its strokes it is the drawing of the other.
    let one: Drawing = vec![cross[1].clone()];
    let (EventBody::Attributed { probability: alone, .. }, _) =
        page.ask_with(Command::Attribute { class: Some(1) }, pad(&one))
    else {
        panic!("not attributed")
    };
    assert!((without[0] - alone).abs() < 1e-5, "{without:?} {alone}");
    assert_eq!(page.refused(Command::Attribute { class: Some(1) }), "`attribute` needs a drawing beside it.");
}

#[test]
fn the_most_similar_training_drawing_is_the_drawing_itself() {
    let mut page = on_drawings();
    page.ask(Command::Step { steps: 100 });
    let zigzag = drawing(2, 11);
    let (EventBody::Neighboured { neighbours, examples, sheet }, buffers) =
        page.ask_with(Command::Neighbours, pad(&zigzag))
    else {
        panic!("no neighbours")
    };
    assert_eq!((examples, sheet.tiles, buffers[0].len()), (75, 12, 12 * PIXELS));
    assert_eq!(neighbours[0].class, 2, "{neighbours:?}");
    assert!(neighbours[0].similarity > 0.97, "{neighbours:?}");
    assert!(neighbours.windows(2).all(|pair| pair[0].similarity >= pair[1].similarity));
}

#[test]
fn what_is_no_drawing_is_refused_in_a_sentence() {
    let mut page = on_drawings();
    let mut refused = |buffer: Vec<u8>| match page.ask_with(Command::Sketch, vec![buffer]).0 {
        EventBody::Failed { message, .. } => message,
        other => panic!("accepted: {other:?}"),
    };
    assert_eq!(refused(write_drawings(&[vec![]])), "There is nothing on the pad yet.");
    assert_eq!(refused(write_drawings(&[vec![], vec![]])), "One drawing was expected beside the message.");
    assert_eq!(refused(vec![1, 0, 0]), "One drawing was expected beside the message.");
    assert!(refused(write_drawings(&[vec![vec![[0.0, 1.0]; 100_001]]])).contains("100001 points"));
    assert!(matches!(
        page.ask_with(Command::Sketch, pad(&vec![vec![[f32::NAN, f32::INFINITY], [3.0, 1e30]]])).0,
        EventBody::Sketched { .. }
    ));
    let mut photographs = Page::on_shapes(crate::page::small());
    let EventBody::Failed { message, .. } = photographs.ask_with(Command::Sketch, pad(&drawing(0, 0))).0 else {
        panic!()
    };
    assert!(message.contains("photographs"), "{message}");
}

#[test]
fn ones_own_categories_are_learned_beside_those_of_quick_draw() {
    let mut page = Page::new(with_drawings());
    let own: Vec<Drawing> = (0..10).map(|number| drawing(2, number)).collect();
    let gather = |category: &str, form| Command::GatherDrawings { category: category.into(), form };
    let gathered = page.ask_with(gather("lightning of mine", Form::Strokes), vec![write_drawings(&own)]).0;
    assert_eq!(gathered, EventBody::DrawingsGathered { category: "lightning of mine".into(), drawings: 10 });
    let bitmaps: Vec<u8> = (0..6).flat_map(|number| Raster::OFFICIAL.draw(&drawing(1, 300 + number))).collect();
    page.ask_with(gather("x", Form::Bitmaps), vec![bitmaps]);

    let EventBody::Configured { classes, training_examples, .. } =
        page.configure(settings(&["circle", "lightning of mine", "x"]))
    else {
        panic!("not configured")
    };
    assert_eq!(classes, ["circle", "lightning of mine", "x"]);
    assert_eq!(training_examples, 20 + 8 + 25, "six of its own come before those of the file");
    page.ask(Command::Step { steps: 150 });
    assert_eq!(best(&mut page, &drawing(2, 400)), 1);

    let mut refused =
        |categories: &[&str]| page.refused(Command::Configure { run: 2, settings: Box::new(settings(categories)) });
    assert!(refused(&["circle"]).contains("two categories"));
    assert_eq!(refused(&["circle", "x", "circle"]), "“circle” is chosen twice.");
    assert_eq!(
        refused(&["circle", "unheard of"]),
        "There are no drawings of “unheard of”: draw some, or open a file of them."
    );
    page.ask_with(gather("few", Form::Strokes), vec![write_drawings(&own[..3])]);
    let message = page.refused(Command::Configure { run: 2, settings: Box::new(settings(&["circle", "few"])) });
    assert_eq!(message, "“few” has 3 drawings; each category needs 5 at least.");
}

#[test]
fn so_many_drawings_of_each_are_learned_as_were_asked_for() {
    let mut page = Page::new(with_drawings());
    let mut few = settings(&NAMES);
    few.drawings.each = 10;
    assert!(matches!(page.configure(few), EventBody::Configured { training_examples: 24, .. }));
}

#[test]
fn without_files_it_guesses_and_says_that_it_cannot_learn() {
    let mut page = Page::new(Memory::default());
    let answer = page.configure(settings(&["cat", "clock", "tree"]));
    let EventBody::Configured { notice: Some(notice), .. } = &answer else { panic!("{answer:?}") };
    assert!(notice.message.contains("guessed, but nothing learned"), "{notice:?}");
    best(&mut page, &drawing(0, 1));
    page.ask(Command::Train);
    for _ in 0..50 {
        page.work();
    }
    let stopped = page
        .events
        .iter()
        .any(|(_, body, _)| matches!(body, EventBody::Stopped { reason: StopReason::DataMissing, .. }));
    assert!(stopped, "it says that the drawings cannot be had");
    let EventBody::Failed { message, .. } = page.ask_with(Command::Neighbours, pad(&drawing(0, 1))).0 else { panic!() };
    assert!(message.contains("could not be loaded"), "{message}");
}

#[test]
fn of_all_categories_only_those_are_fetched_that_somebody_asks_for() {
    let mut page = Page::new(Memory::default());
    let all = Settings { network: NETWORK.replace("392, 3", "392, 345"), ..settings(&[]) };
    assert!(matches!(page.configure(all), EventBody::Configured { .. }));
    assert_eq!(page.lab.next_request(), None);
    page.send(Command::Neighbours, pad(&drawing(0, 1)));
    let wanted: Vec<_> = std::iter::from_fn(|| page.lab.next_request()).collect();
    assert_eq!(wanted.len(), 5, "the categories of the best guesses: {wanted:?}");
}

#[test]
fn drawings_leave_and_come_back_as_files() {
    let mut page = Page::new(with_drawings());
    let drawn = vec![drawing(0, 1), drawing(1, 2)];
    let (EventBody::DrawingsWritten, files) =
        page.ask_with(Command::WriteDrawings { word: "circle".into() }, vec![write_drawings(&drawn)])
    else {
        panic!("not written")
    };
    let read = Command::ReadDrawings { name: "ours.ndjson".into() };
    let (EventBody::DrawingsRead { form: Form::Strokes, words, left_out: 0 }, buffers) =
        page.ask_with(read, files.clone())
    else {
        panic!("not read")
    };
    assert_eq!(words, ["circle", "circle"]);
    let back = protocol::read_drawings(&buffers[0]).unwrap();
    assert_eq!((back[0].len(), back[1].len()), (1, 2));
    let (_, again) = page.ask_with(Command::WriteDrawings { word: "circle".into() }, buffers);
    assert_eq!(again, files, "what is simplified already stays as it is");

    let bitmaps = page.files.files.borrow()["data/quickdraw/zigzag.npy"].clone();
    let read = Command::ReadDrawings { name: "full_numpy_bitmap_zigzag.npy".into() };
    let (EventBody::DrawingsRead { form: Form::Bitmaps, words, .. }, buffers) = page.ask_with(read, vec![bitmaps])
    else {
        panic!("not read")
    };
    assert_eq!((words.len(), words[0].as_str(), buffers[0].len()), (DRAWN, "zigzag", DRAWN * PIXELS));

    let message = |name: &str, bytes: &[u8], page: &mut Page| match page
        .ask_with(Command::ReadDrawings { name: name.into() }, vec![bytes.to_vec()])
        .0
    {
        EventBody::Failed { message, .. } => message,
        other => panic!("accepted: {other:?}"),
    };
    assert!(message("a.ndjson", b"{\"word\": 3}", &mut page).starts_with("Line 1 "));
    assert!(message("a.bin", &[1, 2, 3], &mut page).ends_with('.'));
    assert!(message("a.png", &[1, 2, 3], &mut page).contains(".ndjson"));
}

#[test]
fn the_categories_are_told_with_a_drawing_of_each_where_there_are_files() {
    let mut page = Page::new(with_drawings());
    let EventBody::Categorised { names, drawings, sheet: None } = page.ask(Command::Categories) else { panic!() };
    assert_eq!((names.as_slice(), drawings.as_slice()), (&NAMES.map(str::to_owned)[..], &[DRAWN as u32; 3][..]));
    let thumbnails = npy::write(3, PIXELS, &[9; 3 * PIXELS]).unwrap();
    page.files.files.borrow_mut().insert("data/quickdraw/thumbnails.npy".into(), thumbnails);
    let (EventBody::Categorised { sheet: Some(sheet), .. }, buffers) = page.ask_with(Command::Categories, Vec::new())
    else {
        panic!("no pictures")
    };
    assert_eq!((sheet.tiles, buffers[0].len()), (3, 3 * PIXELS));
    let EventBody::Categorised { names, .. } = Page::new(Memory::default()).ask(Command::Categories) else { panic!() };
    assert_eq!(names.len(), 345);
}

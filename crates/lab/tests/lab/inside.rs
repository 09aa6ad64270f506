//! The network at work on one picture, as the page sees it.

use protocol::{Command, EventBody, Gathering, Inside, LayerSheet, Panel, Settings, Split};

use crate::page::{Page, small};

/// What the panel draws of this.
fn look(page: &mut Page, picture: Option<u32>, inside: Inside) -> (Option<u32>, Vec<LayerSheet>, Vec<Vec<u8>>) {
    page.send(Command::Acknowledge { panel: Panel::Inside }, Vec::new());
    page.events.clear();
    page.ask(Command::Watch { panels: vec![Panel::Inside], picture, inside });
    for _ in 0..20 {
        page.work();
    }
    let found = page.events.iter().find_map(|(_, body, buffers)| match body {
        EventBody::InsideDrawn { label, layers, inside: drawn, .. } if *drawn == inside => {
            Some((*label, layers.clone(), buffers.clone()))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{inside:?} is drawn"))
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
}

#[test]
fn every_layer_is_seen_by_what_it_makes_its_weights_and_their_gradients() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 3 });
    let rows = |layers: &[LayerSheet]| layers.iter().map(|layer| layer.row).collect::<Vec<_>>();
    let all = [None, Some(0), Some(1), Some(2), Some(3), Some(4)];
    for inside in [Inside::Activations, Inside::Gradients] {
        let (label, layers, buffers) = look(&mut page, Some(5), inside);
        assert!(label.is_some());
        assert_eq!((rows(&layers).as_slice(), buffers.len()), (all.as_slice(), 6), "{inside:?}");
    }
    for inside in [Inside::Weights, Inside::WeightGradients] {
        let (_, layers, _) = look(&mut page, Some(5), inside);
        assert_eq!(rows(&layers), [Some(0), Some(4)], "the convolution and the linear layer: {inside:?}");
        assert!(layers.iter().all(|layer| layer.sheet.high > 0.0));
    }
}

#[test]
fn one_s_own_picture_is_guessed_and_looked_into_as_a_test_picture_is() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 20 });
    let (_, pixels) = page.ask_with(Command::Picture { split: Split::Test, pictures: vec![9] }, Vec::new());
    let planar: Vec<u8> =
        (0..3).flat_map(|channel| pixels[0][channel..].iter().step_by(3).copied().collect::<Vec<_>>()).collect();
    let EventBody::Brought { guesses } = page.ask_with(Command::Bring, vec![planar]).0 else { panic!("it is guessed") };
    let (_, judged) =
        page.ask_with(Command::Evaluate { split: Split::Test, views: protocol::Views::Single }, Vec::new());
    let best = u16::from_le_bytes([judged[0][9 * protocol::GUESS_BYTES + 2], judged[0][9 * protocol::GUESS_BYTES + 3]]);
    assert_eq!(guesses[0].class, u32::from(best));
    let (label, own, of_own) = look(&mut page, None, Inside::Activations);
    assert_eq!(label, None);
    assert_eq!(look(&mut page, Some(9), Inside::Activations).2, of_own);
    assert_eq!(look(&mut page, None, Inside::Gradients).1.len(), own.len());
    let EventBody::Failed { message, .. } = page.ask_with(Command::Bring, vec![vec![0; 5]]).0 else { panic!() };
    assert!(message.contains("3072 bytes"), "{message}");
    page.refused(Command::Bring);
}

#[test]
fn a_number_is_the_sum_that_the_page_is_told() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 5 });
    page.ask(Command::Watch { panels: vec![], picture: Some(2), inside: Inside::Activations });
    let mut explain = |row, element| page.ask_with(Command::Explain { row, element }, Vec::new());
    for (row, elements) in [(0, [0, 17, 100]), (4, [0, 3, 9])] {
        for element in elements {
            let (body, buffers) = explain(row, element);
            let EventBody::Explained {
                gathering: Gathering::Sum,
                bias,
                result: Some(result),
                shape,
                field: Some(field),
                ..
            } = body
            else {
                panic!("{body:?}")
            };
            let (terms, weights) = (floats(&buffers[0]), floats(&buffers[1]));
            assert_eq!(terms.len() as u32, shape.iter().product::<u32>());
            let sum: f32 = terms.iter().zip(&weights).map(|(term, weight)| term * weight).sum();
            assert!((sum + bias.unwrap() - result).abs() < 1e-4, "{row} {element}: {sum} {bias:?} {result}");
            assert!(field[0] < field[1] && field[1] <= 32 && field[3] <= 32);
        }
    }
    let EventBody::Explained { gathering: Gathering::Function, function, .. } = explain(1, 7).0 else { panic!() };
    assert_eq!(function.as_deref(), Some("relu"));
    let (EventBody::Explained { gathering: Gathering::Largest, result: Some(result), .. }, buffers) = explain(2, 3)
    else {
        panic!()
    };
    assert_eq!(floats(&buffers[0]).into_iter().fold(f32::MIN, f32::max), result);
    assert!(page.refused(Command::Explain { row: 0, element: 1 << 30 }).contains("no such number"));
    assert!(page.refused(Command::Explain { row: 99, element: 0 }).contains("no such number"));
}

#[test]
fn the_most_exciting_pictures_of_a_channel_are_those_of_its_largest_number() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 20 });
    let (body, buffers) = page.ask_with(Command::Excite { row: 4 }, Vec::new());
    let EventBody::Excited { each: 4, examples: 1000, sheet, .. } = body else { panic!("{body:?}") };
    assert_eq!((sheet.tiles, buffers[0].len()), (40, 40 * 3 * 32 * 32));
    // The linear layer's channels are the classes: of its first picture no other has a larger score.
    let (_, judged) =
        page.ask_with(Command::Evaluate { split: Split::Test, views: protocol::Views::Single }, Vec::new());
    assert_eq!(judged[0].len(), 1000 * protocol::GUESS_BYTES);
    let (EventBody::Excited { sheet, .. }, _) = page.ask_with(Command::Excite { row: 0 }, Vec::new()) else { panic!() };
    assert_eq!(sheet.tiles, 16, "four channels");
    assert!(page.refused(Command::Excite { row: 9 }).contains("no such layer"));
}

#[test]
fn one_s_own_classes_train_in_place_of_a_data_set() {
    let mut page = Page::on_shapes(small());
    let own = Settings { dataset: protocol::DatasetName::Own, network: TWO.into(), batch_size: 8, ..small() };
    let configure = || Command::Configure { run: 2, settings: Box::new(own.clone()) };
    assert!(page.refused(configure()).contains("choose their pictures again"));
    let classes = || Command::Gather { classes: ["dark", "light"].map(str::to_owned).into() };
    let labels: Vec<u8> = (0..40).map(|index| index % 2).collect();
    let pixels: Vec<u8> = labels.iter().flat_map(|&label| vec![40 + 150 * label; 3 * 32 * 32]).collect();
    let EventBody::Gathered { training: 32, held_out: 8 } =
        page.ask_with(classes(), vec![pixels.clone(), labels.clone()]).0
    else {
        panic!("every fifth is kept aside")
    };
    let EventBody::Configured { classes: names, training_examples: 32, .. } = page.ask(configure()) else { panic!() };
    assert_eq!(names, ["dark", "light"]);
    page.ask(Command::Step { steps: 100 });
    let EventBody::Evaluated { accuracy, examples: 8, .. } =
        page.ask(Command::Evaluate { split: Split::Test, views: protocol::Views::Single })
    else {
        panic!("those kept aside are judged")
    };
    assert_eq!(accuracy, 1.0, "dark and light are told apart");
    let few = page.ask_with(classes(), vec![pixels[..6 * 3072].to_vec(), labels[..6].to_vec()]).0;
    assert!(matches!(&few, EventBody::Failed { message, .. } if message.contains("has 3 pictures")), "{few:?}");
    assert!(matches!(page.ask_with(classes(), vec![vec![0; 5], vec![0]]).0, EventBody::Failed { .. }));
}

const TWO: &str = "nn.Sequential(nn.Flatten(), nn.Linear(3072, 2))";

//! The laboratory as a host sees it: commands in, events out, on drawn shapes and on small shards made here.

mod adjust;
mod inside;
mod page;
mod project;
mod sketch;
mod workers;

use lab::{Files, Next};
use protocol::{
    BenchRequest, Command, DatasetName, EventBody, GUESS_BYTES, Inside, Optimizer, Panel, Schedule, Settings, Split,
    StopReason, Views,
};

use page::{Memory, Page, SMALL, small};

#[test]
fn a_network_learns_drawn_shapes_and_tells_every_step() {
    let mut page = Page::on_shapes(small());
    assert_eq!(page.ask(Command::Step { steps: 600 }), EventBody::Stepped { step: 600 });
    let losses = page.losses();
    assert_eq!(losses.len(), 600);
    let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
    assert!(mean(&losses[550..]) < 0.9 * mean(&losses[..20]), "{} to {}", mean(&losses[..20]), mean(&losses[550..]));
}

#[test]
fn reset_and_a_new_run_repeat_every_bit() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 20 });
    let first = page.losses();
    page.ask(Command::Reset);
    page.events.clear();
    page.ask(Command::Step { steps: 20 });
    assert_eq!(page.losses(), first);
    let mut other = Page::on_shapes(small());
    other.ask(Command::Step { steps: 20 });
    assert_eq!(other.losses(), first);
}

#[test]
fn a_snapshot_goes_on_where_it_stood() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 12 });
    let (taken, buffers) = page.ask_with(Command::Snapshot, Vec::new());
    assert!(matches!(taken, EventBody::SnapshotTaken { step: 12, .. }), "{taken:?}");
    page.ask(Command::Step { steps: 8 });
    let whole = page.losses();

    let mut page = Page::new(Memory::default());
    let settings = Box::new(Settings { dataset: DatasetName::Shapes, ..small() });
    let restore = Command::Restore { run: 2, settings: settings.clone() };
    assert!(matches!(page.ask_with(restore, buffers.clone()).0, EventBody::Configured { step: 12, .. }));
    page.ask(Command::Step { steps: 8 });
    let EventBody::Progressed { first_step: 12, .. } =
        page.events.iter().find(|(_, body, _)| matches!(body, EventBody::Progressed { .. })).unwrap().1
    else {
        panic!("it goes on at step 12")
    };
    let rest: Vec<f32> = page
        .events
        .iter()
        .filter_map(|(_, body, _)| match body {
            EventBody::Progressed { losses, .. } => Some(losses.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(rest, whole[12..]);

    for at in [0, 5, 9, 20, 100, buffers[0].len() - 1] {
        let mut damaged = buffers[0].clone();
        damaged[at] ^= 0x40;
        let answer = page.ask_with(Command::Restore { run: 3, settings: settings.clone() }, vec![damaged]).0;
        assert!(
            matches!(&answer, EventBody::Failed { message, .. } if message.contains("snapshot")),
            "byte {at}: {answer:?}"
        );
    }
}

#[test]
fn a_loss_that_is_no_longer_a_number_stops_the_run_and_says_where() {
    let optimizer =
        Optimizer::Sgd { learning_rate: 1e30, momentum: 0.0, dampening: 0.0, nesterov: false, weight_decay: 0.0 };
    let mut page = Page::on_shapes(Settings { optimizer, ..small() });
    page.ask(Command::Step { steps: 50 });
    let message = page.events.iter().find_map(|(_, body, _)| match body {
        EventBody::Stopped { reason: StopReason::NotANumber, message, .. } => Some(message.clone()),
        _ => None,
    });
    let message = message.expect("the run stopped");
    assert!(message.contains("stopped being a number") && message.contains("smaller learning rate"), "{message}");
}

#[test]
fn bad_settings_are_refused_and_the_old_run_lives_on() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 3 });
    let shapes = |settings: Settings| Command::Configure {
        run: 9,
        settings: Box::new(Settings { dataset: DatasetName::Shapes, ..settings }),
    };
    let mut refused = |settings: Settings| page.refused(shapes(settings));
    let text = |network: &str| Settings { network: network.into(), ..small() };
    assert_eq!(
        refused(text("nn.Sequential(nn.Conv2D(3, 4, 5))")),
        "The network text: line 1, column 15: there is no layer `Conv2D`; did you mean `nn.Conv2d`?"
    );
    let message =
        refused(text("nn.Sequential(nn.Conv2d(3, 4, 5), nn.Conv2d(8, 4, 3), nn.Flatten(), nn.Linear(2704, 10))"));
    assert!(message.contains("line 1, column 35: layer 1 (Conv2d(8, 4") && message.contains("4 channels"), "{message}");
    assert!(refused(text("nn.Sequential(nn.Flatten(), nn.Linear(3072, 7))")).contains("7 scores"));
    assert!(refused(text("nn.Sequential(nn.Flatten())")).contains("no parameters"));
    assert!(refused(text("nn.Sequential(nn.Linear(3072, 10))")).contains("nn.Flatten()"));
    assert!(
        refused(text("nn.Sequential(nn.Flatten(), nn.Linear(3072, 999999999), nn.Linear(999999999, 10))"))
            .contains("fits no device")
    );
    assert!(refused(Settings { batch_size: 1_000_000, ..small() }).contains("1000000"));
    assert!(refused(Settings { batch_size: 0, ..small() }).contains("at least 1"));
    let optimizer =
        Optimizer::Sgd { learning_rate: -1.0, momentum: 0.0, dampening: 0.0, nesterov: false, weight_decay: 0.0 };
    assert_eq!(refused(Settings { optimizer, ..small() }), "`learning_rate` must be a number of at least 0.");
    assert_eq!(page.ask(Command::Step { steps: 2 }), EventBody::Stepped { step: 5 });
}

#[test]
fn network_text_is_checked_without_a_new_run() {
    let mut page = Page::new(Memory::default());
    page.configure(small());
    let check = |network: &str| Command::Check { network: network.into() };
    let linear = "nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))";
    assert_eq!(page.ask(check(linear)), EventBody::Checked { parameters: 30_730 });
    assert!(page.refused(check("nn.Sequential(nn.Teapot())")).contains("Teapot"));
    assert!(page.refused(check("nn.Sequential(nn.Flatten(), nn.Linear(3072, 7))")).contains('7'));
    assert_eq!(page.ask(Command::Step { steps: 1 }), EventBody::Stepped { step: 1 });
}

#[test]
fn commands_before_a_network_are_refused_with_a_sentence() {
    let mut page = Page::new(Memory::default());
    for command in [Command::Train, Command::Pause, Command::Step { steps: 1 }, Command::Reset, Command::Snapshot] {
        assert!(page.refused(command).contains("configure"));
    }
    assert_eq!(page.ask(Command::Ping), EventBody::Ponged);
}

#[test]
fn without_data_it_says_so_and_learns_drawn_shapes() {
    let mut page = Page::new(Memory::default());
    let EventBody::Configured { dataset, notice: Some(notice), .. } = page.configure(small()) else {
        panic!("it is configured, with a word about the data")
    };
    assert_eq!(dataset, "drawn shapes");
    assert!(notice.message.contains("CIFAR-10 is not here") && notice.remedy.is_some());
    assert_eq!(page.ask(Command::Step { steps: 2 }), EventBody::Stepped { step: 2 });
}

#[test]
fn training_begins_with_the_first_shard_and_the_rest_streams_in() {
    let mut page = Page::new(Memory::with_shards());
    assert!(matches!(page.configure(small()), EventBody::Configured { training_examples: 200, .. }));
    let first = page.lab.next_request().unwrap();
    assert!(first.path.starts_with("data/cifar10/train-"));
    let bytes = pollster::block_on(page.files.read(&first.path));
    page.lab.arrived(1, &first, bytes, &mut page.out);
    page.send(Command::Step { steps: 6 }, Vec::new());
    while pollster::block_on(page.lab.work(&mut page.out)) == Next::Work {}
    page.collect();
    assert!(
        page.events.iter().any(|(_, body, _)| matches!(body, EventBody::Stepped { step: 6 })),
        "96 pictures of one shard"
    );
}

#[test]
fn a_damaged_shard_is_told_of_and_stops_only_the_steps_that_need_it() {
    let files = Memory::with_shards();
    for name in ["train-0.bin", "train-1.bin"] {
        files.files.borrow_mut().get_mut(&format!("data/cifar10/{name}")).unwrap()[500] ^= 1;
    }
    let mut page = Page::new(files.clone());
    page.configure(small());
    page.send(Command::Train, Vec::new());
    for _ in 0..20 {
        page.work();
    }
    let told = |page: &Page| {
        page.events.iter().any(|(_, body, _)| match body {
            EventBody::DataProgressed { notice: Some(notice), .. } => notice.message.contains("damaged"),
            _ => false,
        })
    };
    assert!(told(&page), "{:?}", page.events);
    let stopped = page
        .events
        .iter()
        .any(|(_, body, _)| matches!(body, EventBody::Stopped { reason: StopReason::DataMissing, .. }));
    assert!(stopped, "{:?}", page.events);

    *files.files.borrow_mut() = Memory::with_shards().files.take();
    assert_eq!(page.ask(Command::Step { steps: 4 }), EventBody::Stepped { step: 4 });
}

#[test]
fn panels_are_drawn_and_wait_until_the_page_took_the_last() {
    let mut page = Page::on_shapes(small());
    let panels = vec![Panel::Predictions, Panel::Filters, Panel::Inside];
    page.ask(Command::Watch { panels, picture: Some(3), inside: Inside::Activations });
    for _ in 0..10 {
        page.work();
    }
    let drawn = |page: &Page, panel: Panel| {
        page.events
            .iter()
            .filter(|(_, body, _)| {
                let event = protocol::Event { run: 1, reply_to: None, body: body.clone() };
                event.panel() == Some(panel)
            })
            .cloned()
            .collect::<Vec<_>>()
    };
    let predictions = drawn(&page, Panel::Predictions);
    assert_eq!(predictions.len(), 1);
    let (_, EventBody::Predicted { sheet, pictures, .. }, buffers) = &predictions[0] else { panic!() };
    assert_eq!(buffers[0].len() as u32, sheet.tiles * sheet.width * sheet.height * 3);
    assert!(
        pictures
            .iter()
            .all(|picture| picture.guesses.len() == 3
                && picture.guesses[0].probability >= picture.guesses[1].probability)
    );
    let activations = drawn(&page, Panel::Inside);
    let (_, EventBody::InsideDrawn { layers, picture, .. }, buffers) = &activations[0] else { panic!() };
    assert_eq!((layers.len(), buffers.len(), *picture), (6, 6, Some(3)), "the input and five layers");

    page.ask(Command::Step { steps: 5 });
    for _ in 0..10 {
        page.work();
    }
    assert_eq!(drawn(&page, Panel::Filters).len(), 1, "not before it is acknowledged");
    page.send(Command::Acknowledge { panel: Panel::Filters }, Vec::new());
    std::thread::sleep(std::time::Duration::from_millis(300));
    for _ in 0..10 {
        page.work();
    }
    assert_eq!(drawn(&page, Panel::Filters).len(), 2);
}

#[test]
fn a_whole_split_is_evaluated_with_its_size() {
    let mut page = Page::on_shapes(small());
    let EventBody::Evaluated { examples, accuracy, loss, .. } =
        page.ask(Command::Evaluate { split: Split::Test, views: Views::Single })
    else {
        panic!("it is evaluated")
    };
    assert_eq!(examples, 1000);
    assert!(loss.is_some() && (0.0..=1.0).contains(&accuracy));
}

/// A picture's class and guesses, as they lie in a buffer.
fn guesses(bytes: &[u8]) -> Vec<[u16; GUESS_BYTES / 2]> {
    let number = |pair: &[u8]| u16::from_le_bytes([pair[0], pair[1]]);
    let picture = |bytes: &[u8]| std::array::from_fn(|at| number(&bytes[2 * at..2 * at + 2]));
    bytes.chunks_exact(GUESS_BYTES).map(picture).collect()
}

#[test]
fn every_picture_s_guesses_lie_beside_the_answer_and_are_one_network_s() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 100 });
    page.ask(Command::Train);
    page.events.clear();
    let judge = |views| Command::Evaluate { split: Split::Test, views };
    let (body, buffers) = page.ask_with(judge(Views::Single), Vec::new());
    let EventBody::Evaluated { accuracy, step, .. } = body else { panic!("{body:?}") };
    let judged = guesses(&buffers[0]);
    let right = judged.iter().filter(|picture| picture[0] == picture[1]).count();
    assert_eq!((judged.len(), right as f32 / 1000.0), (1000, accuracy));
    assert!(judged.iter().all(|picture| picture[4] >= picture[5] && picture[5] >= picture[6]));
    assert!(page.losses_from(step).is_empty(), "training waits");
    page.ask(Command::Pause);

    let again = page.ask_with(judge(Views::Averaged), Vec::new());
    assert!(matches!(again.0, EventBody::Evaluated { views: Views::Averaged, examples: 1000, .. }));
    let (single, averaged) = (page.ask_with(judge(Views::Single), Vec::new()).1, again.1);
    assert_ne!(single, averaged);
}

#[test]
fn a_snapshot_comes_with_what_its_network_makes_of_test_pictures() {
    let mut page = Page::on_shapes(small());
    page.ask(Command::Step { steps: 50 });
    let (taken, buffers) = page.ask_with(Command::Snapshot, Vec::new());
    let EventBody::SnapshotTaken { step: 50, judged: 1000, filters: Some(filters) } = taken else {
        panic!("{taken:?}")
    };
    assert_eq!(buffers.len(), 3);
    assert_eq!(buffers[2].len() as u32, filters.tiles * filters.width * filters.height * 3);
    let (_, whole) = page.ask_with(Command::Evaluate { split: Split::Test, views: Views::Single }, Vec::new());
    assert_eq!(buffers[1], whole[0], "all thousand pictures of the shapes' test split");

    // Weights that change in the midst of it leave it as it is.
    let asked = page.send(Command::Snapshot, Vec::new());
    page.work();
    page.ask(Command::Reset);
    let early = page.events.iter().find(|(reply_to, ..)| *reply_to == Some(asked)).unwrap();
    assert_eq!(early.1, EventBody::SnapshotTaken { step: 50, judged: 0, filters: None });
    assert_eq!(early.2, buffers[..1]);
    let asked = page.send(Command::Evaluate { split: Split::Test, views: Views::Single }, Vec::new());
    page.configure(Settings { dataset: DatasetName::Shapes, ..small() });
    let refused = page.events.iter().find(|(reply_to, ..)| *reply_to == Some(asked)).unwrap();
    assert!(matches!(&refused.1, EventBody::Failed { message, .. } if message.contains("Another run")));
}

#[test]
fn pictures_come_as_they_are_and_others_are_refused() {
    let mut page = Page::on_shapes(small());
    let picture = |pictures| Command::Picture { split: Split::Test, pictures };
    let (body, buffers) = page.ask_with(picture(vec![7, 999]), Vec::new());
    let EventBody::Pictured { sheet } = body else { panic!("{body:?}") };
    assert_eq!((sheet.tiles, buffers[0].len()), (2, 2 * 3 * 32 * 32));
    assert!(page.refused(picture(vec![1000])).contains("Picture 1000"));
    assert!(page.refused(picture(vec![])).contains("Between 1 and 256"));
}

#[test]
fn every_optimiser_and_schedule_of_the_contract_trains_on_what_its_kind_alone_says() {
    for kind in ["sgd", "adagrad", "rmsprop", "adadelta", "adam", "adamw"] {
        for moves in ["constant", "step", "cosine"] {
            let optimizer = serde_json::from_value(serde_json::json!({ "kind": kind })).unwrap();
            let schedule = serde_json::from_value(serde_json::json!({ "kind": moves })).unwrap();
            let mut page = Page::on_shapes(Settings { optimizer, schedule, ..small() });
            assert_eq!(page.ask(Command::Step { steps: 3 }), EventBody::Stepped { step: 3 }, "{kind}, {moves}");
        }
    }
}

#[test]
fn one_cycle_ends_by_itself_and_more_training_is_refused() {
    let Schedule::OneCycle {
        pct_start, div_factor, final_div_factor, cycle_momentum, base_momentum, max_momentum, ..
    } = Settings::default().schedule
    else {
        panic!("the default is one cycle")
    };
    let schedule = Schedule::OneCycle {
        epochs: 0.02,
        pct_start,
        div_factor,
        final_div_factor,
        cycle_momentum,
        base_momentum,
        max_momentum,
    };
    let mut page = Page::on_shapes(Settings { schedule, ..small() });
    page.ask(Command::Train);
    for _ in 0..20 {
        page.work();
    }
    let ended = page
        .events
        .iter()
        .any(|(_, body, _)| matches!(body, EventBody::Stopped { step: 5, reason: StopReason::ScheduleEnded, .. }));
    assert!(ended, "250 steps an epoch, 0.02 epochs");
    assert!(page.refused(Command::Train).contains("schedule"));
}

#[test]
fn bench_gives_the_contracts_fields() {
    let mut page = Page::new(Memory::default());
    let request = |steps, workers| {
        let json = format!(
            r#"{{"network": {SMALL:?}, "batch": 16, "device": "cpu", "steps": {steps}, "workers": {workers}}}"#
        );
        let request: BenchRequest = serde_json::from_str(&json).unwrap();
        Command::Bench { request: Box::new(request) }
    };
    let EventBody::Benched { result } = page.ask(request(40, 1)) else { panic!("it is measured") };
    assert_eq!((result.steps, result.workers, result.device.as_str()), (40, 1, "cpu"));
    assert!(result.images_per_second > 0.0 && result.last_loss < result.first_loss, "{result:?}");
    assert!(page.refused(request(3, 1)).contains("at least 4"));
    let EventBody::Benched { result: shared } = page.ask(request(40, 3)) else { panic!("it is measured") };
    assert_eq!(shared.workers, 3);
    assert!((shared.last_loss - result.last_loss).abs() < 1e-4, "{shared:?} {result:?}");
    assert!(page.refused(request(40, 0)).contains("1 to 16 workers"));
    assert!(page.refused(request(40, 17)).contains("not 17"));
}

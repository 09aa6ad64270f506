//! What changes while a run goes on.

use protocol::{Augmentation, Command, EventBody, Optimizer, Panel, Schedule, Settings, Split, Stop, StopReason};

use crate::page::{Page, small};

const DROPPING: &str =
    "nn.Sequential(nn.Flatten(), nn.Linear(3072, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 10))";

fn adjust(settings: &Settings) -> Command {
    Command::Adjust {
        optimizer: settings.optimizer,
        schedule: settings.schedule,
        augmentation: None,
        label_smoothing: None,
        dropout: None,
        stop: None,
    }
}

/// The losses of ten steps after this change.
fn losses_after(settings: Settings, change: impl FnOnce(&mut Command)) -> Vec<f32> {
    let mut page = Page::on_shapes(settings.clone());
    page.ask(Command::Step { steps: 10 });
    let mut command = adjust(&settings);
    change(&mut command);
    assert!(matches!(page.ask(command), EventBody::Adjusted { .. }));
    page.ask(Command::Step { steps: 10 });
    page.losses_from(10)
}

#[test]
fn smoothing_dropout_augmentation_and_the_optimiser_change_from_the_next_step_on() {
    let settings = Settings { network: DROPPING.into(), ..small() };
    let as_it_is = losses_after(settings.clone(), |_| {});
    assert_eq!(as_it_is.len(), 10);
    let smoothed = losses_after(settings.clone(), |command| {
        if let Command::Adjust { label_smoothing, .. } = command {
            *label_smoothing = Some(0.2);
        }
    });
    let begun_smoothed = {
        let mut page = Page::on_shapes(Settings { label_smoothing: 0.2, ..settings.clone() });
        page.ask(Command::Step { steps: 1 });
        page.losses()[0]
    };
    assert!(begun_smoothed.is_finite());
    let dropped = losses_after(settings.clone(), |command| {
        if let Command::Adjust { dropout, .. } = command {
            *dropout = Some(0.9);
        }
    });
    let moved = losses_after(settings.clone(), |command| {
        if let Command::Adjust { augmentation, .. } = command {
            *augmentation = Some(Augmentation { flip: false, shift: 6 });
        }
    });
    let stepped = losses_after(settings.clone(), |command| {
        if let Command::Adjust { optimizer, .. } = command {
            *optimizer = serde_json::from_value::<Optimizer>(serde_json::json!({ "kind": "sgd" })).unwrap();
        }
    });
    for (name, losses) in [("smoothing", &smoothed), ("dropout", &dropped), ("augmentation", &moved)] {
        assert_ne!(losses[0], as_it_is[0], "{name}");
    }
    // Another optimiser first shows in the loss after its first step.
    assert_eq!(stepped[0], as_it_is[0]);
    assert_ne!(stepped[1..], as_it_is[1..]);
}

#[test]
fn smoothing_that_comes_and_goes_leaves_the_run_as_if_it_had_never_been() {
    let settings = Settings { network: DROPPING.into(), ..small() };
    let as_it_is = losses_after(settings.clone(), |_| {});
    let mut page = Page::on_shapes(settings.clone());
    page.ask(Command::Step { steps: 10 });
    for smoothing in [0.1, 0.3, 0.0] {
        let mut command = adjust(&settings);
        if let Command::Adjust { label_smoothing, .. } = &mut command {
            *label_smoothing = Some(smoothing);
        }
        page.ask(command);
    }
    page.ask(Command::Step { steps: 10 });
    assert_eq!(page.losses_from(10), as_it_is);
}

#[test]
fn workers_follow_what_changes() {
    let settings = Settings { network: DROPPING.into(), ..small() };
    let change = |command: &mut Command| {
        if let Command::Adjust { label_smoothing, dropout, .. } = command {
            (*label_smoothing, *dropout) = (Some(0.2), Some(0.2));
        }
    };
    let alone = losses_after(Settings { workers: Some(1), ..settings.clone() }, change);
    let shared = losses_after(Settings { workers: Some(2), ..settings }, change);
    for (alone, shared) in alone.iter().zip(&shared) {
        assert!((alone - shared).abs() < 1e-4, "{alone} {shared}");
    }
}

#[test]
fn a_run_stops_where_it_was_told_to() {
    let stop = |stop| {
        let mut page = Page::on_shapes(Settings { stop, schedule: Schedule::Constant, ..small() });
        page.ask(Command::Train);
        for _ in 0..400 {
            page.work();
            let stopped = page.events.iter().find_map(|(_, body, _)| match body {
                EventBody::Stopped { step, reason: StopReason::Reached, message } => Some((*step, message.clone())),
                _ => None,
            });
            if let Some((step, message)) = stopped {
                return (page, step, message);
            }
        }
        panic!("it stops")
    };
    let (mut page, step, message) = stop(Stop { epochs: Some(0.1), ..Stop::default() });
    assert_eq!((step, message.contains("0.1 epochs")), (25, true), "250 steps an epoch");
    assert!(page.refused(Command::Train).contains("Change that to go on"));
    let (_, _, message) = stop(Stop { seconds: Some(0.05), ..Stop::default() });
    assert!(message.contains("0.05 seconds"));
    let (_, _, message) = stop(Stop { accuracy: Some(0.001), ..Stop::default() });
    assert!(message.contains("of a sample of held-out pictures"));
    let mut page = Page::on_shapes(small());
    let refused = page.refused(Command::Configure {
        run: 2,
        settings: Box::new(Settings { stop: Stop { accuracy: Some(70.0), ..Stop::default() }, ..small() }),
    });
    assert!(refused.contains("stop.accuracy"), "{refused}");
}

#[test]
fn a_step_is_measured_part_by_part_and_nothing_that_is_learned_changes() {
    let losses = |watched: Vec<Panel>, workers| {
        let mut page = Page::on_shapes(Settings { workers: Some(workers), network: NORMED.into(), ..small() });
        page.ask(Command::Watch { panels: watched, picture: Some(0), inside: protocol::Inside::Activations });
        for _ in 0..6 {
            page.ask(Command::Step { steps: 5 });
            page.work();
            for panel in [Panel::Costs, Panel::Augmented] {
                page.send(Command::Acknowledge { panel }, Vec::new());
            }
            std::thread::sleep(std::time::Duration::from_millis(60));
        }
        page
    };
    for workers in [1, 2] {
        let (watched, alone) = (losses(vec![Panel::Costs, Panel::Augmented], workers), losses(vec![], workers));
        assert_eq!(watched.losses(), alone.losses(), "{workers} workers");
        let costs: Vec<_> = watched
            .events
            .iter()
            .filter_map(|(_, body, _)| match body {
                EventBody::Costed { loading, forward, backward, update, l2, .. } => {
                    Some([*loading, *forward, *backward, *update, f64::from(l2.unwrap_or_default())])
                }
                _ => None,
            })
            .collect();
        assert!(!costs.is_empty());
        for [loading, forward, _, update, l2] in costs {
            assert!(loading > 0.0 && forward > 0.0 && update > 0.0 && l2 > 0.0);
        }
        let strip = watched.events.iter().find_map(|(_, body, buffers)| match body {
            EventBody::AugmentedDrawn { sheet, .. } => Some((sheet.tiles, buffers[0].len())),
            _ => None,
        });
        assert_eq!(strip, Some((8, 8 * 3 * 32 * 32)));
    }
}

/// With statistics that a pass moves.
const NORMED: &str =
    "nn.Sequential(nn.Conv2d(3, 4, 5, stride=4), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(196, 10))";

#[test]
fn transforms_are_the_run_s_own() {
    let judged = |transforms| {
        let mut page = Page::on_shapes(Settings { transforms, ..small() });
        page.ask(Command::Step { steps: 1 });
        page.ask_with(Command::Evaluate { split: Split::Test, views: protocol::Views::Single }, Vec::new()).1
    };
    let other = protocol::Transforms { mean: vec![0.0; 3], ..Default::default() };
    assert_ne!(judged(protocol::Transforms::default()), judged(other));
    let mut page = Page::on_shapes(small());
    let none = protocol::Transforms { deviation: vec![], ..Default::default() };
    let refused =
        page.refused(Command::Configure { run: 2, settings: Box::new(Settings { transforms: none, ..small() }) });
    assert!(refused.contains("deviations"), "{refused}");
}

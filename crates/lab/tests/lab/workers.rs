//! Batches that workers share.

use lab::Next;
use protocol::{Command, DatasetName, Settings, Work};

use crate::page::{Memory, Page, SMALL, small};

#[test]
fn a_worker_that_dies_is_replaced_and_the_step_repeated() {
    let losses = |deaths| {
        let mut page = Page::on_shapes(Settings { workers: Some(2), batch_size: 8, ..small() });
        page.ask(Command::Step { steps: 3 });
        // The ones that are there work for another batch size now, so that new ones come.
        page.files.short_lived.set(deaths);
        page.configure(Settings { workers: Some(2), batch_size: 16, dataset: DatasetName::Shapes, ..small() });
        page.events.clear();
        let id = page.send(Command::Step { steps: 4 }, Vec::new());
        while page.work() == Next::Work {}
        (page.losses(), page.events.iter().any(|(reply_to, ..)| *reply_to == Some(id)))
    };
    let (undisturbed, answered) = losses(0);
    assert!(undisturbed.len() == 4 && answered);
    assert_eq!(losses(2), (undisturbed, true));
    let (lost, answered) = losses(3);
    assert!(lost.is_empty() && !answered, "three lost in one step are too many");
}

#[test]
fn workers_that_share_a_batch_learn_what_one_learns() {
    let losses = |workers| {
        let mut page = Page::on_shapes(Settings { workers, batch_size: 8, ..small() });
        page.ask(Command::Step { steps: 12 });
        page.losses()
    };
    let (one, three) = (losses(None), losses(Some(3)));
    assert_eq!((one.len(), three.len()), (12, 12));
    one.iter().zip(&three).for_each(|(one, three)| assert!((one - three).abs() < 1e-4, "{one} {three}"));
    let mut page = Page::new(Memory::default());
    let settings = Settings { dataset: DatasetName::Shapes, workers: Some(9), batch_size: 8, ..small() };
    let message = page.refused(Command::Configure { run: 1, settings: Box::new(settings) });
    assert_eq!(message, "A batch of 8 is for 1 to 8 workers, not 9.");
    let settings = Settings { dataset: DatasetName::Shapes, workers: Some(1_000), batch_size: 2_000, ..small() };
    let message = page.refused(Command::Configure { run: 1, settings: Box::new(settings) });
    assert_eq!(message, "`workers` must be at most 64.");
    let work = Work {
        network: SMALL.into(),
        input: [3, 32, 32],
        batch: 8,
        rank: 1,
        workers: 2,
        label_smoothing: 0.0,
        dropout: None,
    };
    assert!(page.refused(Command::Work { work }).contains("works for nobody"));
}

//! Threads that share each batch of a recipe's training.

use std::error::Error;
use std::thread;

use chalkgrad::{Share, Worker};
use lab::Channel;

use super::recipe::Recipe;

/// The lines to all threads but the one that trains. A thread ends when its line is cut.
pub(super) fn hire(recipe: &Recipe, input: [usize; 3], threads: usize) -> std::io::Result<Vec<Channel>> {
    let hire = |rank: usize| {
        let [here, mut there] = Channel::pair();
        let recipe = recipe.clone();
        let begin = move || drop(pollster::block_on(serve(&recipe, input, rank, threads, &mut there)));
        thread::Builder::new().name(format!("chalkgrad worker {rank}")).spawn(begin)?;
        Ok(here)
    };
    (1..threads).map(hire).collect()
}

/// What ends it cuts its line, and the trainer notices.
async fn serve(
    recipe: &Recipe,
    input: [usize; 3],
    rank: usize,
    threads: usize,
    line: &mut Channel,
) -> Result<(), Box<dyn Error>> {
    let share = Share::of_rank(rank, threads, recipe.batch_size)?;
    let mut worker = Worker::new(recipe.network(input)?, recipe.loss(), share).await?;
    Ok(worker.serve(line).await?)
}

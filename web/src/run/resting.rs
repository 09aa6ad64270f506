//! What a lab's run does while another lab is shown, and what its engine must be given.

use std::rc::Rc;

use leptos::prelude::*;

use super::Run;

impl Run {
    /// What a new engine must be given before the run can stand on it again, until the lab is left.
    pub fn prepare_with(self, prepare: impl Fn(Box<dyn FnOnce()>) + 'static) {
        self.book.update_value(|book| book.prepare = Some(Rc::new(prepare)));
        on_cleanup(move || self.book.update_value(|book| book.prepare = None));
    }

    /// Another lab is shown: training pauses.
    pub fn rest(self) {
        if self.is_training_now() {
            self.book.update_value(|book| book.rests = true);
            self.pause();
        }
    }

    /// Its lab is shown again.
    pub fn wake(self) {
        if self.book.try_update_value(|book| std::mem::take(&mut book.rests)) == Some(true) {
            self.train();
        }
    }
}

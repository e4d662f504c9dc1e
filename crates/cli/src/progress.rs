//! Progress on terminals.

use std::cell::Cell;
use std::time::{Duration, Instant};

use dss_service::{Observer, Phase, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is over sooner shows no bar: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(300);

/// Shows how an operation comes along; removes itself at the end.
#[derive(Debug)]
pub(crate) struct Bar {
    drawn: ProgressBar,
    started: Instant,
    phase: Cell<Option<Phase>>,
    /// Whether the bar looks as this phase's does.
    is_styled: Cell<bool>,
    is_shown: Cell<bool>,
    is_wanted: bool,
}

impl Bar {
    /// A bar that shows if it `is_wanted` and the operation takes its time.
    pub(crate) fn new(is_wanted: bool) -> Self {
        let drawn = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self {
            drawn,
            started: Instant::now(),
            phase: Cell::new(None),
            is_styled: Cell::new(false),
            is_shown: Cell::new(false),
            is_wanted,
        }
    }

    fn show(&self) {
        if !self.is_shown.replace(true) {
            self.drawn.set_draw_target(ProgressDrawTarget::stderr());
            self.drawn.enable_steady_tick(Duration::from_millis(120));
        }
    }
}

impl Observer for Bar {
    fn progress(&self, progress: Progress) {
        if self.phase.replace(Some(progress.phase)) != Some(progress.phase) {
            tracing::debug!(target: "dss", phase = progress.phase.name(), total = progress.total, "phase");
            self.is_styled.set(false);
        }
        if !self.is_wanted || self.started.elapsed() < PATIENCE {
            return;
        }
        if !self.is_styled.replace(true) {
            let template = if progress.total.is_some() {
                "{spinner} {msg:9} [{bar:30}] {human_pos} of {human_len} ({eta} left)"
            } else {
                "{spinner} {msg:9} {human_pos}"
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.drawn.set_style(style.progress_chars("=> "));
            }
            self.drawn.set_message(progress.phase.name());
            self.drawn.reset_eta();
        }
        match progress.total {
            Some(total) => self.drawn.set_length(total),
            None => self.drawn.unset_length(),
        }
        self.drawn.set_position(progress.done);
        // Last: the bar never shows what it is not.
        self.show();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}

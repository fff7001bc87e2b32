//! A progress bar with rate and time to go, on standard error where that is a terminal and nobody asked for quiet.

use std::{
    io::IsTerminal as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Context, Lang};

/// Shows how many bytes are read of how many, and how many articles are done. Shows nothing where it would be in the way.
pub(super) struct Progress {
    bar: ProgressBar,
    bytes_read: Arc<AtomicU64>,
    articles: u64,
    start: Instant,
    lang: Lang,
}

impl Progress {
    /// `total_bytes` is `None` where nobody knows, as of standard input. `bytes_read` counts on while articles are read.
    pub(super) fn new(context: &Context, total_bytes: Option<u64>, bytes_read: Arc<AtomicU64>) -> Self {
        let bar = if Self::is_wanted(context) {
            let bar = ProgressBar::with_draw_target(total_bytes, ProgressDrawTarget::stderr());
            let to_go = context.lang.pick("剩余", "to go");
            let template = match total_bytes {
                Some(_) => format!("{{bar:30}} {{percent:>3}}%  {{msg}}  {{elapsed}}  {to_go} {{eta}}"),
                None => "{spinner} {msg}  {elapsed}".to_owned(),
            };
            bar.set_style(ProgressStyle::with_template(&template).expect("the template is valid"));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        } else {
            ProgressBar::hidden()
        };
        Self { bar, bytes_read, articles: 0, start: Instant::now(), lang: context.lang }
    }

    /// Whether a bar would be shown: without one nobody needs to add up the bytes to read.
    pub(super) fn is_wanted(context: &Context) -> bool {
        !context.quiet && std::io::stderr().is_terminal()
    }

    /// Counts articles as done.
    pub(super) fn advance(&mut self, articles: u64) {
        self.articles += articles;
        let rate = self.articles as f64 / self.start.elapsed().as_secs_f64().max(1e-3);
        self.bar.set_position(self.bytes_read.load(Ordering::Relaxed));
        let count = self.articles;
        self.bar.set_message(match self.lang {
            Lang::Zh => format!("{count} 篇（每秒 {rate:.1} 篇）"),
            Lang::En => format!("{count} articles ({rate:.1}/s)"),
        });
    }

    /// Does something, such as writing a message, while the bar is out of the way.
    pub(super) fn suspend<T>(&self, what: impl FnOnce() -> T) -> T {
        self.bar.suspend(what)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

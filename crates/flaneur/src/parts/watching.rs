//! How far a command is, on a terminal, and stopping it by a signal.

use std::{
    io::IsTerminal as _,
    sync::Mutex,
    time::{Duration, Instant},
};

use flaneur_backup::progress::Step;
use tokio_util::sync::CancellationToken;

use super::shutdown::Ending;

/// Time between two lines.
const BETWEEN: Duration = Duration::from_secs(1);

/// Cancelled by Ctrl-C or SIGTERM.
pub fn stopped_by_signal() -> CancellationToken {
    Ending::by_signal(Duration::ZERO).stop
}

/// Tells how far it is: a line a second at most, and only where somebody looks.
pub fn listener() -> impl Fn(Step) + Send + Sync {
    let shown = std::io::stderr().is_terminal();
    let last = Mutex::new(None::<(Instant, &'static str)>);
    move |step: Step| {
        if !shown {
            return;
        }
        let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let due = last.is_none_or(|(at, stage)| stage != step.stage || at.elapsed() >= BETWEEN);
        if due {
            *last = Some((Instant::now(), step.stage));
            tell(&line(step));
        }
    }
}

fn line(step: Step) -> String {
    match step.total {
        Some(total) => format!("{}: {} of {total}", step.stage, step.done),
        None if step.done == 0 => step.stage.to_owned(),
        None => format!("{}: {}", step.stage, step.done),
    }
}

/// Prints a line for whoever watches, or warns.
#[expect(clippy::print_stderr, reason = "progress and warnings do not belong into a command's answer")]
pub fn tell(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_line() {
        let step = |done, total| Step { stage: "copying objects", done, total };
        assert_eq!(line(step(0, None)), "copying objects");
        assert_eq!(line(step(7, None)), "copying objects: 7");
        assert_eq!(line(step(7, Some(9))), "copying objects: 7 of 9");
    }
}

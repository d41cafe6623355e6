//! Waiting for something to become true.

use std::time::{Duration, Instant};

/// Long enough for what a server does at once, on a machine with a fraction of its usual speed.
pub const SHORT: Duration = Duration::from_mins(1);
/// Long enough for what needs the detection models, on such a machine. Whoever waits so long waits in vain.
pub const LONG: Duration = Duration::from_mins(10);

/// How long a poll rests before the next one.
const REST: Duration = Duration::from_millis(25);

/// Polls until `probe` gives a value, and gives it. Panics with `what` when the deadline has passed.
pub async fn until<T>(what: &str, deadline: Duration, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        assert!(start.elapsed() < deadline, "waited {deadline:?} in vain: {what}");
        tokio::time::sleep(REST).await;
    }
}

/// The same where nothing is asynchronous. `None` when the deadline has passed.
pub(crate) fn poll<T>(deadline: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(value) = probe() {
            return Some(value);
        }
        if start.elapsed() >= deadline {
            return None;
        }
        std::thread::sleep(REST);
    }
}

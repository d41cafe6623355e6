//! One gate before all requests: when the server asks for less, it is shut for everyone.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::RwLock;

use crate::world::World;

/// Lets requests pass, unless somebody was just told to wait.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    shut: RwLock<()>,
    /// How often it was shut.
    times: AtomicU64,
}

impl Gate {
    /// Waits until it is open. What is returned is shown to [`Gate::pause`].
    pub(crate) async fn pass(&self) -> u64 {
        let _open = self.shut.read().await;
        self.times.load(Ordering::Acquire)
    }

    /// Shuts it for a while, and waits. Several requests that were sent together are refused together: only the first of them
    /// shuts it, the others find that it was shut since they passed.
    pub(crate) async fn pause(&self, passed: u64, time: Duration, world: &dyn World) -> bool {
        let _shut = self.shut.write().await;
        let first = self.times.load(Ordering::Acquire) == passed;
        if first {
            world.sleep(time).await;
            self.times.store(passed + 1, Ordering::Release);
        }
        first
    }
}

/// Reads `Retry-After`: seconds, or a date of HTTP.
pub(crate) fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    // What is past is now.
    Some(Duration::try_from(at.duration_since(now).max(SignedDuration::ZERO)).unwrap_or_default())
}

/// How long to wait after so many failures in a row: twice as long each time, and anything from half of that, so that not all
/// come back at once.
pub(crate) fn backoff(failures: u32, first: Duration, longest: Duration, chance: f64) -> Duration {
    let whole = first.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(longest);
    whole.mul_f64(f64::midpoint(1.0, chance.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::sync::Notify;

    #[test]
    fn servers_say_when_to_come_back() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let seconds = |text| retry_after(text, now).map(|time| time.as_secs());
        assert_eq!(seconds(" 120 "), Some(120));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0), "it is past");
        for bad in ["", "soon", "-5", "1.5"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn waits_double_up_to_a_bound() {
        let wait =
            |failures, chance| backoff(failures, Duration::from_secs(1), Duration::from_mins(1), chance).as_millis();
        assert_eq!([1, 2, 3, 7, 40].map(|failures| wait(failures, 1.0)), [1000, 2000, 4000, 60_000, 60_000]);
        assert_eq!([1, 2].map(|failures| wait(failures, 0.0)), [500, 1000]);
    }

    /// Sleeps until it is woken.
    struct Dreamer {
        wake: Notify,
        slept: Mutex<Vec<Duration>>,
    }

    #[async_trait::async_trait]
    impl World for Dreamer {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
        async fn sleep(&self, time: Duration) {
            self.slept.lock().unwrap().push(time);
            self.wake.notified().await;
        }
        fn chance(&self) -> f64 {
            0.0
        }
    }

    #[tokio::test]
    async fn while_one_waits_nobody_passes_and_none_waits_twice() {
        let gate = Arc::new(Gate::default());
        let world = Arc::new(Dreamer { wake: Notify::new(), slept: Mutex::default() });
        let (one, other) = (gate.pass().await, gate.pass().await);
        let pause = |passed| {
            let (gate, world) = (gate.clone(), world.clone());
            tokio::spawn(async move { gate.pause(passed, Duration::from_secs(7), &*world).await })
        };
        let first = pause(one);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!first.is_finished());
        let second = pause(other);
        let passing = {
            let gate = gate.clone();
            tokio::spawn(async move { gate.pass().await })
        };
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!passing.is_finished() && !second.is_finished());
        world.wake.notify_one();
        assert!(first.await.unwrap());
        assert!(!second.await.unwrap());
        assert_eq!(passing.await.unwrap(), 1);
        assert_eq!(*world.slept.lock().unwrap(), [Duration::from_secs(7)]);
    }
}

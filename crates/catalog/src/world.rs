//! Where time and randomness come from, so that every test can choose them.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the global clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Begins with the operating system's time and goes on by itself: setting the system's clock meanwhile does not move it.
#[derive(Debug)]
pub struct SteadyClock {
    start: Timestamp,
    since: std::time::Instant,
}

impl SteadyClock {
    /// Shows the operating system's time.
    pub fn new() -> Self {
        Self { start: SystemClock.now(), since: std::time::Instant::now() }
    }
}

impl Default for SteadyClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        self.start.saturating_add(self.since.elapsed()).unwrap_or(self.start)
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(Mutex::new(start))
    }

    /// Moves the clock forward, or back by a negative duration.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = now.saturating_add(by).unwrap_or(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Where randomness comes from.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    /// Fills the slice with random bytes fit for secrets.
    fn fill(&self, bytes: &mut [u8]);
}

/// A generator that may be seeded for tests; by default the operating system seeds it.
#[derive(Debug)]
pub struct Generator(Mutex<StdRng>);

impl Generator {
    /// Seeded by the operating system.
    pub fn from_os() -> Self {
        Self(Mutex::new(rand::make_rng()))
    }

    /// The same sequence for the same seed: for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for Generator {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// Time and randomness together, as they are handed to whoever needs them.
#[derive(Debug, Clone)]
pub struct World {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl World {
    /// The real world.
    pub fn real() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(Generator::from_os()))
    }

    /// A world of one's own.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// The present instant, to the microsecond: what every supported database can hold.
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// A new identifier: UUID version 7, so that new rows are neighbours in an index.
    pub fn id(&self) -> Uuid {
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        let millis = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// Random bytes fit for secrets.
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// The same as text: two hexadecimal digits a byte.
    pub fn secret_text<const N: usize>(&self) -> String {
        self.secret::<N>().iter().fold(String::with_capacity(2 * N), |text, byte| text + &format!("{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_order_of_time_and_unique() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_second(1_700_000_000).unwrap()));
        let world = World::new(clock.clone(), Arc::new(Generator::seeded(1)));
        let first = world.id();
        assert_ne!(first, world.id());
        clock.advance(SignedDuration::from_millis(1));
        assert!(world.id() > first);
        assert_eq!(first.get_version_num(), 7);
    }

    #[test]
    fn a_secret_as_text_is_the_same_secret() {
        let world = || World::new(Arc::new(SystemClock), Arc::new(Generator::seeded(7)));
        let text = world().secret_text::<16>();
        let bytes: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect();
        assert_eq!(bytes, world().secret::<16>());
    }

    #[test]
    fn a_seed_repeats() {
        let bytes = || World::new(Arc::new(SystemClock), Arc::new(Generator::seeded(7))).secret::<16>();
        assert_eq!(bytes(), bytes());
    }
}

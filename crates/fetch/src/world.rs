//! Time and chance, so that tests can choose them, and need not wait.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    time::Duration,
};

use jiff::Timestamp;

/// The clock, waiting, and chance.
#[async_trait::async_trait]
pub trait World: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
    /// Waits.
    async fn sleep(&self, time: Duration);
    /// A number from 0 up to 1, to spread what would otherwise happen at once. Not fit for secrets.
    fn chance(&self) -> f64;
}

/// The world as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealWorld;

#[async_trait::async_trait]
impl World for RealWorld {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the global clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn chance(&self) -> f64 {
        // The standard library seeds each of these anew.
        let number = RandomState::new().build_hasher().finish() >> 11;
        number as f64 / (1_u64 << 53) as f64
    }
}

//! Waking up on news instead of asking all the time.

use std::time::Duration;

use tokio::sync::watch;

/// What there may be news of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// A job was asked for.
    Jobs,
    /// Something public changed.
    Changes,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 2] = [Self::Jobs, Self::Changes];

    /// The name in notifications.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jobs => "jobs",
            Self::Changes => "changes",
        }
    }
}

/// Hears of news that came since it was made or last waited. A hint, never a promise: who misses it finds out by asking
/// again after some patience.
#[derive(Debug)]
pub struct Listener(watch::Receiver<u64>);

impl Listener {
    /// Returns on news, at the latest when the patience is over. True: there was news.
    pub async fn wait(&mut self, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.0.changed()).await.is_ok_and(|changed| changed.is_ok())
    }
}

/// Tells listeners in this process.
#[derive(Debug)]
pub(crate) struct Bells([watch::Sender<u64>; 2]);

impl Default for Bells {
    fn default() -> Self {
        Self([watch::Sender::new(0), watch::Sender::new(0)])
    }
}

impl Bells {
    fn bell(&self, topic: Topic) -> &watch::Sender<u64> {
        match topic {
            Topic::Jobs => &self.0[0],
            Topic::Changes => &self.0[1],
        }
    }

    pub(crate) fn ring(&self, topic: Topic) {
        self.bell(topic).send_modify(|rung| *rung = rung.wrapping_add(1));
    }

    pub(crate) fn listen(&self, topic: Topic) -> Listener {
        Listener(self.bell(topic).subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_rang_before_waiting_is_heard_once() {
        let bells = Bells::default();
        let mut listener = bells.listen(Topic::Jobs);
        let patience = Duration::ZERO;
        assert!(!listener.wait(patience).await);
        bells.ring(Topic::Changes);
        assert!(!listener.wait(patience).await, "another topic");
        bells.ring(Topic::Jobs);
        bells.ring(Topic::Jobs);
        assert!(listener.wait(patience).await);
        assert!(!listener.wait(patience).await);
    }
}

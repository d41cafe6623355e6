//! Looks on while a set is sent.

use std::{sync::Arc, time::Duration};

use flaneur_e2e::UploadSet;
use reqwest::Method;
use tokio::task::JoinHandle;

use crate::{
    chance::Chance,
    upload::{Caller, ENOUGH, Progress, send_all},
};

/// How often it is looked.
const OFTEN: Duration = Duration::from_millis(50);

/// An upload under way.
#[derive(Debug)]
pub struct Upload {
    /// The set.
    pub set: UploadSet,
    /// How far it is.
    pub progress: Arc<Progress>,
    sending: JoinHandle<()>,
    looking: JoinHandle<()>,
}

impl Upload {
    /// Begins to send pictures of the walk as a new set.
    pub async fn begin(caller: &Caller, title: &str, numbers: std::ops::Range<u32>) -> Self {
        let set = caller.make_set(title).await;
        let progress = Arc::new(Progress::default());
        let sending = {
            let (caller, set, progress) = (caller.clone(), set.clone(), Arc::clone(&progress));
            tokio::spawn(async move { send_all(&caller, &set, numbers, &progress).await })
        };
        let looking = {
            let (caller, path, progress) =
                (caller.clone(), format!("/api/upload_sets/{}", set.0), Arc::clone(&progress));
            tokio::spawn(async move {
                loop {
                    if let Some((200, state)) = caller.once(caller.request(Method::GET, &path)).await {
                        let prepared = state.pointer("/items_status/prepared").and_then(serde_json::Value::as_u64);
                        progress.prepared(prepared.expect("the state says how many are prepared") as usize);
                    }
                    tokio::time::sleep(OFTEN).await;
                }
            })
        };
        Self { set, progress, sending, looking }
    }

    /// Waits until so much is sent and processed, and a moment longer.
    pub async fn reach(&self, points: usize, chance: &mut Chance) {
        flaneur_e2e::until("the upload goes on", ENOUGH, async || {
            assert!(!self.looking.is_finished(), "the server failed");
            (self.progress.points() >= points || self.sending.is_finished()).then_some(())
        })
        .await;
        // Not to wait for anything: this is when the fault strikes.
        tokio::time::sleep(chance.moment()).await;
    }

    /// Waits until all are sent, completes the set, and waits until it is ready.
    pub async fn end(&mut self, caller: &Caller) -> serde_json::Value {
        (&mut self.sending).await.expect("sending ends well");
        caller.complete(&self.set).await;
        let path = format!("/api/upload_sets/{}", self.set.0);
        let state = flaneur_e2e::until("the set is ready", ENOUGH, async || {
            let state = caller.get(&path).await;
            (state["ready"] == true).then_some(state)
        })
        .await;
        assert!(!self.looking.is_finished(), "the server failed");
        self.looking.abort();
        state
    }
}

//! When to stop: Ctrl-C, or SIGTERM from whoever supervises the process.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// How a process comes to its end, in two steps. Each may come by a signal, or because a part of the process failed.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    /// It is to stop: it says so to whoever asks whether it is ready, and still does everything.
    pub draining: CancellationToken,
    /// Nothing new is taken any more; what is under way may finish.
    pub stop: CancellationToken,
}

impl Ending {
    /// Listens to signals. `delay` lies between the two steps; a second signal ends it.
    pub fn by_signal(delay: Duration) -> Self {
        let ending = Self::default();
        let Self { draining, stop } = ending.clone();
        tokio::spawn(async move {
            asked().await;
            tracing::info!(delay_s = delay.as_secs(), "stopping");
            draining.cancel();
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = asked(), if !delay.is_zero() => tracing::info!("stopping at once"),
            }
            stop.cancel();
        });
        ending
    }

    /// Ends it at once.
    pub fn now(&self) {
        self.draining.cancel();
        self.stop.cancel();
    }
}

/// Returns when the process is asked to stop.
async fn asked() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

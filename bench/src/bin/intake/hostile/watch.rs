//! Watches the processes that a server has convert files: they are gone before anybody could ask what they took.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use flaneur_bench::{cpu, memory};

/// Between two looks. The kernel tells of the most so far, so the last look before the end is close to it.
const REST: Duration = Duration::from_millis(10);

/// A thread that looks at what a server started until it is told to end.
#[derive(Debug)]
pub(crate) struct Watch {
    done: Arc<AtomicBool>,
    most: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Watch {
    /// Begins to watch.
    pub(crate) fn begin(server: u32) -> Self {
        let (done, most) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (until, peak) = (done.clone(), most.clone());
        let thread = std::thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                for pid in cpu::tree(server).unwrap_or_default() {
                    // Between its start and its program a child shares memory, and its command, with the server.
                    if converts(pid) {
                        peak.fetch_max(memory::peak(&pid.to_string()), Ordering::Relaxed);
                    }
                }
                std::thread::sleep(REST);
            }
        });
        Self { done, most, thread }
    }

    /// Ends it; answers the most that one of them had, kB, if there was one.
    pub(crate) fn end(self) -> Option<u64> {
        self.done.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
        let most = self.most.load(Ordering::Relaxed);
        (most > 0).then_some(most)
    }
}

/// Whether it was started as `PROGRAM convert …`.
fn converts(pid: u32) -> bool {
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    command.split(|&byte| byte == 0).nth(1) == Some(b"convert")
}

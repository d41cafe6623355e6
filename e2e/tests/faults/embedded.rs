//! One server on SQLite and folders, while other commands use the same data.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use flaneur_e2e::{Commands, Folder, LOOPS, SHORT, Server, ServerOptions, Tools, until};
use flaneur_storage::Storage;
use tokio::task::block_in_place;

use crate::{
    chance::Chance,
    disk::Disk,
    plan::Plan,
    table::{self, Row},
    upload::Caller,
    verdict,
    watch::Upload,
};

/// Size of the disk that is filled up, megabytes.
const DISK: u32 = 48;

/// What strikes a single server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Kill,
    Disk,
    Clock,
}

impl Fault {
    const ALL: [Self; 3] = [Self::Kill, Self::Disk, Self::Clock];

    fn name(self) -> &'static str {
        match self {
            Self::Kill => "the server is killed (-9)",
            Self::Disk => "the disk is full",
            Self::Clock => "the clock goes back an hour",
        }
    }

    /// What it explains in the log.
    fn explains(self) -> Vec<&'static str> {
        let (own, loops): (&[&str], &[&str]) = match self {
            Self::Kill | Self::Clock => (&[], &[]),
            Self::Disk => (
                &[
                    "request failed for now",
                    "job failed, will be tried again",
                    "cannot end the job",
                    "no heartbeat",
                    "cannot use the storage",
                    "cannot sweep",
                    "cannot note what was withdrawn",
                ],
                &LOOPS,
            ),
        };
        [own, loops].concat()
    }
}

/// Commands that run again and again beside a server.
struct Others {
    stop: Arc<AtomicBool>,
    runs: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Others {
    /// `may_fail`: as on a full disk.
    fn begin(commands: Commands, may_fail: bool) -> Self {
        let (stop, runs) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stopped, counter) = (Arc::clone(&stop), Arc::clone(&runs));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                for arguments in [&["token", "create", "--account", "ada"][..], &["jobs", "list"]] {
                    let finished = commands.run(arguments);
                    assert!(finished.success || may_fail, "{arguments:?}: {finished:?}");
                    assert!(!finished.stderr.contains("panicked"), "{arguments:?}: {finished:?}");
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Self { stop, runs, thread }
    }

    fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("commands do what they should");
        assert!(self.runs.load(Ordering::Relaxed) > 0, "none was run");
    }
}

async fn round(fault: Fault, plan: &Plan, seed: u64) -> Option<Row> {
    let mut chance = Chance::new(seed, fault.name());
    // The disk goes after the server.
    let disk = if fault == Fault::Disk { Some(Disk::of_megabytes(DISK)?) } else { None };
    let folder = disk.as_ref().map_or_else(|| tempfile::tempdir().unwrap(), Disk::folder);
    let clock_folder = tempfile::tempdir().unwrap();
    let clock = clock_folder.path().join("clock");
    // What it logs is looked at in the end.
    let mut options = ServerOptions::default().with(&["--workers", "1"]).allow("");
    if fault == Fault::Clock {
        set_clock(&clock, "+0");
        let library = Tools::faketime().into_os_string().into_string().unwrap();
        options = options.environment(
            [
                ("LD_PRELOAD", library.as_str()),
                ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()),
                ("FAKETIME_CACHE_DURATION", "1"),
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
    }
    let mut server = block_in_place(|| options.start_in(folder));
    let caller = Caller::new(server.url(), server.token());
    let others = Others::begin(server.commands(), fault == Fault::Disk);

    let strikes = if fault == Fault::Kill { 2 * plan.times } else { plan.times };
    let upload = Upload::begin(&caller, fault.name(), 0..plan.pictures).await;
    for point in chance.points(strikes, 2 * plan.pictures as usize) {
        upload.reach(point, &mut chance).await;
        match fault {
            Fault::Kill => {
                block_in_place(|| {
                    server.kill();
                    server.restart();
                });
                caller.moved(server.url());
            }
            Fault::Disk => fill(disk.as_ref().unwrap(), &server, &upload, plan.pictures, &mut chance).await,
            Fault::Clock => {
                set_clock(&clock, "-1h");
                tokio::time::sleep(chance.moment() * 8).await;
                set_clock(&clock, "+0");
            }
        }
    }
    let mut named = BTreeSet::new();
    let row = verdict::judge(&caller, upload, fault.name(), strikes, &mut named).await;
    block_in_place(|| others.end());
    if let Some(disk) = &disk {
        // A disk that is nearly full is what a doctor tells of.
        disk.grow();
    }
    verdict::queue(&server.commands()).await;
    look_around(&mut server, fault, &named).await;
    Some(row)
}

/// Whether a server's workers wait for the storage since an earlier fault: then nobody writes, and there is no new trouble.
fn waits(log: &[String]) -> bool {
    let last = |part: &str| log.iter().rposition(|line| line.contains(part));
    last("cannot use the storage;") > last("the storage works again")
}

/// Fills the disk until the server or the client notices, and for a moment longer. (On a quick machine all may be done just
/// then, and nobody writes any more.)
async fn fill(disk: &Disk, server: &Server, upload: &Upload, pictures: u32, chance: &mut Chance) {
    let troubles = || flaneur_e2e::unexpected(&server.log(), &[]).len() + upload.progress.in_vain();
    let before = troubles();
    until("the disk is full for the server, too", SHORT, async || {
        // What the server removes makes room again.
        disk.fill();
        (troubles() > before || waits(&server.log()) || upload.progress.points() == 2 * pictures as usize).then_some(())
    })
    .await;
    for _ in 0..8 {
        tokio::time::sleep(chance.moment()).await;
        disk.fill();
    }
    disk.free();
}

fn set_clock(clock: &Path, offset: &str) {
    let next = clock.with_extension("next");
    std::fs::write(&next, format!("{offset}\n")).unwrap();
    std::fs::rename(next, clock).unwrap();
}

/// What has to be true beside the pictures.
async fn look_around(server: &mut Server, fault: Fault, named: &BTreeSet<String>) {
    // What was left of uploads that were cut off is swept when a server that is alone begins.
    block_in_place(|| {
        assert!(server.terminate().success());
        server.restart();
    });
    let (public, private) = (server.data().join("public"), server.data().join("private"));
    verdict::stores(&Storage::local(&public, &private).unwrap(), named).await;
    // Nor is there anything that a listing does not show.
    until("no file is left half written", SHORT, async || {
        let public = Folder(public.clone()).files();
        let public = public.iter().filter(|file| !file.to_string_lossy().ends_with("-part.parquet")).count();
        // The server's own notes lie beside originals, and are none.
        let private = Folder(private.clone()).files();
        let private = private.iter().filter(|file| !file.iter().any(|part| part == "notes")).count();
        (private == 0 && public == named.len()).then_some(())
    })
    .await;
    verdict::quiet("the server", &server.log(), 0, &fault.explains());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_server_loses_nothing() {
    let (plan, seed) = (Plan::of_environment(), Chance::seed("a single server"));
    let mut rows = Vec::new();
    for fault in Fault::ALL.into_iter().filter(|fault| plan.has(fault.name())) {
        rows.extend(round(fault, &plan, seed).await);
    }
    table::tell("single", "One server on SQLite and folders, beside other commands", seed, &rows);
}

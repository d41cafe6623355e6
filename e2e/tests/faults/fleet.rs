//! A fleet on PostgreSQL and S3: an api, two workers and a tiler, each a process of its own.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use flaneur_e2e::{Commands, Gate, LOOPS, Postgres, Role, S3, Tools, buckets};
use flaneur_storage::Storage;
use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::{
    chance::Chance,
    plan::Plan,
    table::{self, Row},
    upload::Caller,
    verdict,
    watch::Upload,
};

/// How long a lease holds in the fleet, seconds: the shortest there is.
const LEASE: u64 = 5;
/// A tile in which every picture of the walk is.
const TILE: &str = "/api/map/8/126/88.mvt";

/// What strikes a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Kill,
    Database,
    Storage,
    CutOff,
    Clock,
}

impl Fault {
    const ALL: [Self; 5] = [Self::Kill, Self::Database, Self::Storage, Self::CutOff, Self::Clock];

    fn name(self) -> &'static str {
        match self {
            Self::Kill => "each process killed (-9)",
            Self::Database => "PostgreSQL crashes",
            Self::Storage => "S3 holds its breath",
            Self::CutOff => "a worker is cut off beyond its lease",
            Self::Clock => "a worker's clock goes back an hour",
        }
    }

    /// What it explains in the log.
    fn explains(self) -> Vec<&'static str> {
        let (own, loops): (&[&str], &[&str]) = match self {
            Self::Database => (
                &[
                    "terminating connection due to immediate shutdown command",
                    "error occurred while testing the connection on-release",
                    "error from `before_acquire`",
                    "request failed for now",
                    "a tile could not be answered",
                    "no heartbeat",
                    "cannot end the job",
                    "job failed, will be tried again",
                    "cannot note what was withdrawn",
                ],
                &LOOPS,
            ),
            Self::Storage => (
                &[
                    "request failed for now",
                    "job failed, will be tried again",
                    "cannot use the storage",
                    "cannot sweep",
                    "cannot note what was withdrawn",
                ],
                &[],
            ),
            // S3 takes no request that is dated so long ago.
            Self::Clock => (
                &[
                    "job failed, will be tried again",
                    "cannot use the storage",
                    "cannot sweep",
                    "cannot note what was withdrawn",
                ],
                &[],
            ),
            // Those who are left see nothing of it.
            Self::Kill | Self::CutOff => (&[], &[]),
        };
        [own, loops].concat()
    }
}

struct Fleet {
    api: Role,
    workers: [Role; 2],
    tiler: Role,
    caller: Caller,
    commands: Commands,
    /// Both stores, past the gates.
    stores: Storage,
    gates: [Gate; 2],
    /// What the second worker's clock shows, once it has a clock of its own.
    clock: PathBuf,
    postgres: Postgres,
    named: BTreeSet<String>,
    /// Lines of each log that were looked at.
    read: [usize; 4],
    place: Vec<String>,
    environment: Vec<(String, String)>,
    data: TempDir,
    _s3: S3,
}

impl Fleet {
    async fn start() -> Option<Self> {
        let s3 = S3::start()?;
        let gates = [Gate::start(s3.public_endpoint()).await, Gate::start(s3.private_endpoint()).await];
        let postgres = block_in_place(Postgres::start);
        let data = tempfile::Builder::new().prefix("flaneur-faults-").tempdir().unwrap();
        let place =
            ["--database", postgres.url(), "--storage", &s3.public_url(), "--private-storage", &s3.private_url()]
                .map(str::to_owned)
                .to_vec();
        let environment = s3.variables_at(gates[0].url(), gates[1].url());
        let role = |name: &str| {
            let lease = LEASE.to_string();
            let mut arguments: Vec<&str> = place.iter().map(String::as_str).collect();
            if name == "worker" {
                arguments.extend(["--workers", "1", "--lease", &lease]);
            }
            // What it logs is looked at round by round.
            block_in_place(|| Role::start_in(name, data.path(), &arguments, &environment)).allow("")
        };
        let (api, workers, tiler) = (role("api"), [role("worker"), role("worker")], role("tiler"));
        let places: Vec<&str> = place.iter().map(String::as_str).collect();
        let commands = Commands::on(&places, &environment);
        let caller = Caller::new(api.url(), &block_in_place(|| commands.token("ada")));
        Some(Self {
            caller,
            commands,
            stores: buckets(&s3),
            clock: data.path().join("clock"),
            api,
            workers,
            tiler,
            gates,
            postgres,
            named: BTreeSet::new(),
            read: [0; 4],
            place,
            environment,
            data,
            _s3: s3,
        })
    }

    /// Api, workers, tiler.
    fn roles(&mut self) -> [(&'static str, &mut Role); 4] {
        let [first, second] = &mut self.workers;
        [
            ("the api", &mut self.api),
            ("the first worker", first),
            ("the second worker", second),
            ("the tiler", &mut self.tiler),
        ]
    }

    /// Kills a process, and starts it again as a supervisor would.
    fn kill(&mut self, which: usize) {
        let (_, role) = self.roles().into_iter().nth(which).unwrap();
        block_in_place(|| {
            role.kill();
            role.restart();
        });
        self.caller.moved(self.api.url());
    }

    /// Gives the second worker a clock of its own.
    fn own_clock(&mut self) {
        self.set_clock("+0");
        let library = Tools::faketime().into_os_string().into_string().unwrap();
        let clock = self.clock.to_str().unwrap().to_owned();
        let faked = [
            ("LD_PRELOAD", library.as_str()),
            ("FAKETIME_TIMESTAMP_FILE", &clock),
            ("FAKETIME_CACHE_DURATION", "1"),
            // What measures durations goes on as ever: only what the wall clock shows is set.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment: Vec<_> = self.environment.iter().cloned().chain(faked).collect();
        let lease = LEASE.to_string();
        let mut arguments: Vec<&str> = self.place.iter().map(String::as_str).collect();
        arguments.extend(["--workers", "1", "--lease", &lease]);
        self.workers[1] =
            block_in_place(|| Role::start_in("worker", self.data.path(), &arguments, &environment)).allow("");
        self.read[2] = 0;
    }

    fn set_clock(&self, offset: &str) {
        let next = self.clock.with_extension("next");
        std::fs::write(&next, format!("{offset}\n")).unwrap();
        std::fs::rename(next, &self.clock).unwrap();
    }

    async fn strike(&mut self, fault: Fault, count: usize, plan: &Plan, chance: &mut Chance) {
        match fault {
            Fault::Kill => self.kill(count),
            Fault::Database => block_in_place(|| self.postgres.crash_and_restart()),
            Fault::Storage => {
                self.gates.iter().for_each(Gate::close);
                tokio::time::sleep(plan.pause).await;
                self.gates.iter().for_each(Gate::open);
            }
            Fault::CutOff => {
                let worker = &self.workers[chance.below(2)];
                worker.freeze();
                tokio::time::sleep(Duration::from_secs(LEASE + 2) + chance.moment()).await;
                worker.thaw();
            }
            Fault::Clock => self.set_clock(if count.is_multiple_of(2) { "-1h" } else { "+0" }),
        }
    }

    async fn round(&mut self, fault: Fault, number: u32, plan: &Plan, seed: u64) -> Row {
        let mut chance = Chance::new(seed, fault.name());
        if fault == Fault::Clock {
            self.own_clock();
        }
        // Which process is killed, or just the how-manieth time it is.
        let mut strikes: Vec<usize> = match fault {
            Fault::Kill => (0..4).cycle().take(4 * plan.times).collect(),
            Fault::Storage => vec![0],
            Fault::Database | Fault::CutOff => (0..plan.times).collect(),
            // Back, and on again.
            Fault::Clock => (0..2 * plan.times).collect(),
        };
        if fault == Fault::Kill {
            chance.shuffle(&mut strikes);
        }
        let numbers = number * plan.pictures..(number + 1) * plan.pictures;
        let upload = Upload::begin(&self.caller, fault.name(), numbers).await;
        for (point, strike) in chance.points(strikes.len(), 2 * plan.pictures as usize).into_iter().zip(&strikes) {
            upload.reach(point, &mut chance).await;
            self.strike(fault, *strike, plan, &mut chance).await;
        }
        let caller = self.caller.clone();
        let row = verdict::judge(&caller, upload, fault.name(), strikes.len(), &mut self.named).await;
        self.look_around(fault).await;
        row
    }

    /// What has to be true beside the pictures.
    async fn look_around(&mut self, fault: Fault) {
        verdict::queue(&self.commands).await;
        // What was stored of uploads that were cut off is swept: here at once, for nothing is under way.
        block_in_place(|| {
            assert!(self.workers[1].terminate().success());
            self.workers[1].restart_with(&["--orphan-grace", "1"]);
        });
        verdict::stores(&self.stores, &self.named).await;
        block_in_place(|| {
            assert!(self.workers[1].terminate().success());
            self.workers[1].restart();
        });
        let tile = self.tiler.client(None).get(TILE).await.ok();
        assert!(!tile.body.is_empty(), "the map shows nothing");
        let mut read = self.read;
        for ((who, role), from) in self.roles().into_iter().zip(&mut read) {
            let log = role.log();
            verdict::quiet(who, &log, *from, &fault.explains());
            *from = log.len();
        }
        self.read = read;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_loses_nothing() {
    let (plan, seed) = (Plan::of_environment(), Chance::seed("a fleet"));
    let Some(mut fleet) = Fleet::start().await else { return };
    let mut rows = Vec::new();
    for (fault, number) in Fault::ALL.into_iter().zip(0..).filter(|(fault, _)| plan.has(fault.name())) {
        rows.push(fleet.round(fault, number, &plan, seed).await);
    }
    table::tell("fleet", "A fleet on PostgreSQL and S3", seed, &rows);
}

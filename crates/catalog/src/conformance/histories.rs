//! Random histories of the job queue against a plain model of it.

use std::collections::HashMap;

use jiff::Timestamp;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use uuid::Uuid;

use super::scene::{HOLD, Scene};
use crate::model::{Failure, JobKind, Lease};

/// Everything that ever was leased, and what of it should be held.
#[derive(Default)]
struct Model {
    leases: Vec<Lease>,
    /// By job: the token that holds it, and until when.
    held: HashMap<Uuid, (Uuid, Timestamp)>,
}

impl Model {
    fn holds(&self, lease: &Lease) -> bool {
        self.held.get(&lease.job.0).is_some_and(|(token, _)| *token == lease.token)
    }
}

pub async fn no_job_is_ever_held_twice(scene: &Scene) {
    for seed in 0..6 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut model = Model::default();
        let subjects: Vec<Uuid> = (0..6).map(|_| scene.world.id()).collect();
        for step in 0..120 {
            one_step(scene, &mut random, &mut model, &subjects, &format!("seed {seed}, step {step}")).await;
        }
    }
}

async fn one_step(scene: &Scene, random: &mut StdRng, model: &mut Model, subjects: &[Uuid], at: &str) {
    let catalog = &scene.catalog;
    let old = model.leases.choose(random).cloned();
    match (random.random_range(0..10), old) {
        (..3, _) | (5.., None) => {
            let (kind, subject) = (*JobKind::ALL.choose(random).unwrap(), *subjects.choose(random).unwrap());
            catalog.enqueue(scene.job(), kind, subject, scene.now()).await.unwrap();
        }
        (3, _) => {
            scene.pass(random.random_range(0..40));
        }
        (4, _) => {
            for dead in catalog.dead_jobs(1).await.unwrap() {
                assert!(catalog.revive(dead.job, scene.now()).await.unwrap());
            }
        }
        (5 | 6, _) => {
            let token = scene.world.id();
            if let Some(lease) = catalog.lease(&JobKind::ALL, token, HOLD).await.unwrap() {
                let before = model.held.insert(lease.job.0, (token, lease.expires_at));
                assert!(before.is_none_or(|(_, until)| until <= scene.now()), "{at}: held by two");
                model.leases.push(lease);
            }
        }
        (7, Some(lease)) => {
            let until = scene.now() + HOLD;
            let held = catalog.heartbeat(&lease, HOLD).await.unwrap();
            assert!(!held || model.holds(&lease), "{at}: a lost lease beats");
            if held {
                model.held.insert(lease.job.0, (lease.token, until));
            }
        }
        (how, Some(lease)) => {
            let ended = match how {
                8 => catalog.finish(&lease).await.unwrap(),
                _ if random.random() => catalog.release(&lease).await.unwrap(),
                _ => {
                    let reason = "random".to_owned();
                    let failure =
                        if random.random() { Failure::Park { reason } } else { Failure::Retry { after: HOLD, reason } };
                    catalog.fail(&lease, failure).await.unwrap()
                }
            };
            assert!(!ended || model.holds(&lease), "{at}: a lost lease ends a job");
            let in_time = model.held.get(&lease.job.0).is_some_and(|(_, until)| *until > scene.now());
            assert!(ended || !(model.holds(&lease) && in_time), "{at}: a held lease is refused");
            if ended {
                model.held.remove(&lease.job.0);
            }
        }
    }
}

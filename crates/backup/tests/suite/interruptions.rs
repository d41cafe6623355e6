//! Whatever step fails, the next run ends what the failed one began, and nothing is taken for whole that is not.

use flaneur_backup::{
    backup::{Options, Source, backup},
    folder::Folder,
    progress::Watch,
    restore::{self, Target, restore},
};
use flaneur_catalog::Archive as _;

use crate::town::{Failing, Town, quiet};

/// More steps than there are.
const ENOUGH: usize = 200;

#[tokio::test]
async fn a_backup_may_fail_at_every_step() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    town.street(&ada, 2).await;
    let (quiet, never) = quiet();
    let watch = Watch::new(&quiet, &never);
    let options = Options { at_once: 1, ..Options::default() };
    let mut failures = 0;
    for step in 0..ENOUGH {
        let to = town.folder.path().join(format!("backup-{step}"));
        town.back_up(&to, Options { manifest_only: true, ..Options::default() }).await;
        let before = Folder::to_read(&to).unwrap().snapshots().unwrap();
        town.pass(10);
        let (stores, failing) = Failing::stores(&town.storage, step);
        let outcome = backup(&Source { stores: &stores, ..town.source(&watch) }, &to, &options).await;
        let snapshots = Folder::to_read(&to).unwrap().snapshots().unwrap();
        if !failing.failed() {
            outcome.unwrap();
            assert!(failures > 6, "{failures} steps could fail");
            return;
        }
        failures += 1;
        // What fails after the last object was copied makes the backup no less whole.
        assert!(outcome.is_err());
        assert!(snapshots.starts_with(&before), "the previous one is there");
        for name in &snapshots {
            Folder::to_read(&to).unwrap().manifest(name).unwrap();
        }
        town.pass(10);
        town.back_up(&to, options.clone()).await;
        let new = Town::new(step as u64 + 2).await;
        new.restore(&to).await;
        assert_eq!(new.objects().await, town.objects().await);
    }
    panic!("it never came to an end");
}

#[tokio::test]
async fn a_restore_may_fail_at_every_step() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    let street = town.street(&ada, 2).await;
    town.send(&ada, street.set).await;
    let to = town.folder.path().join("backup");
    town.back_up(&to, Options::default()).await;
    let (quiet, never) = quiet();
    let watch = Watch::new(&quiet, &never);
    let options = restore::Options { at_once: 1, ..restore::Options::default() };
    for step in 0..ENOUGH {
        let new = Town::new(step as u64 + 2).await;
        let (stores, failing) = Failing::stores(&new.storage, step);
        let target = Target {
            catalog: new.catalog.as_ref(),
            stores: &stores,
            withdrawals: &[],
            world: &new.world,
            watch: &watch,
        };
        let outcome = restore(&target, &to, &options).await;
        if !failing.failed() {
            outcome.unwrap();
            assert!(step > 12, "{step} steps could fail");
            return;
        }
        assert!(outcome.is_err());
        // Either nothing has begun, or it is known that it has not ended.
        let begun = new.catalog.unfinished_restore().await.unwrap().is_some();
        assert!(begun || (new.rows("accounts").await.is_empty() && new.objects().await.is_empty()), "at step {step}");
        let report = new.restore(&to).await;
        assert_eq!(report.resumed, begun);
        assert_eq!(new.objects().await, town.objects().await, "at step {step}");
        assert_eq!(new.rows("sequences").await.len(), 1);
        assert_eq!(new.catalog.unfinished_restore().await.unwrap(), None);
        let findings = new.examine(flaneur_backup::doctor::Options::default()).await.findings;
        assert!(findings.is_empty(), "at step {step}: {findings:?}");
    }
    panic!("it never came to an end");
}

#[tokio::test]
async fn another_snapshot_does_not_go_on_with_what_one_began() {
    let town = Town::new(1).await;
    let ada = town.account("ada").await;
    town.street(&ada, 1).await;
    let to = town.folder.path().join("backup");
    let first = town.back_up(&to, Options::default()).await.manifest.name;
    let new = Town::new(2).await;
    let (stores, failing) = Failing::stores(&new.storage, 6);
    let (quiet, never) = quiet();
    let watch = Watch::new(&quiet, &never);
    let target =
        Target { catalog: new.catalog.as_ref(), stores: &stores, withdrawals: &[], world: &new.world, watch: &watch };
    assert!(restore(&target, &to, &restore::Options::default()).await.is_err() && failing.failed());
    town.pass(10);
    town.back_up(&to, Options::default()).await;
    let refused = new.restore_with(&to, &[], restore::Options::default()).await.unwrap_err().to_string();
    assert!(refused.contains(&format!("--snapshot {first}")), "{refused}");
    let options = restore::Options { snapshot: Some(first), ..restore::Options::default() };
    assert!(new.restore_with(&to, &[], options).await.unwrap().resumed);
}

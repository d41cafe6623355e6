//! What has to be true after a round.

use std::collections::{BTreeMap, BTreeSet};

use flaneur_e2e::{Client, Commands, SHORT, decode, text, until};
use flaneur_storage::{Listed, ObjectKind, PublicKey, Storage};
use futures::TryStreamExt as _;
use serde_json::Value;

use crate::{
    table::Row,
    upload::{Caller, ENOUGH},
    watch::Upload,
};

/// Compares what was accepted with what is there. `named` grows by the objects that the catalog names.
pub async fn judge(
    caller: &Caller,
    mut upload: Upload,
    fault: &str,
    injected: usize,
    named: &mut BTreeSet<String>,
) -> Row {
    let state = upload.end(caller).await;
    let accepted: BTreeSet<String> = upload.progress.accepted().into_iter().collect();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for item in Client::new(&caller.url(), None).items(&state).await {
        *found.entry(text(&item, "/id")).or_default() += 1;
        named.extend(objects(caller, &item).await);
    }
    let ready = accepted.iter().filter(|id| found.contains_key(*id)).count();
    let row = Row {
        fault: fault.to_owned(),
        injected,
        sent: upload.progress.accepted().len(),
        in_vain: upload.progress.in_vain(),
        ready,
        lost: accepted.len() - ready,
        // Shown more than once, or shown though no answer says so: then the same file became two pictures.
        doubled: found.values().sum::<usize>() - ready,
    };
    println!("{row}");
    assert_eq!(state.pointer("/items_status/prepared").and_then(Value::as_u64), Some(ready as u64), "{state}");
    assert_eq!(
        (row.lost, row.doubled, row.sent),
        (0, 0, accepted.len()),
        "{fault}: accepted {accepted:?}, there {found:?}"
    );
    row
}

/// Keys of an item's objects, by the entity tags of what is served; each of which can be decoded.
async fn objects(caller: &Caller, item: &Value) -> Vec<String> {
    let nobody = Client::new(&caller.url(), None);
    let mut keys = Vec::new();
    let mut master = None;
    for (asset, kind) in [("hd", ObjectKind::Master), ("sd", ObjectKind::Sd), ("thumb", ObjectKind::Thumb)] {
        let answer = nobody.get(&text(item, &format!("/assets/{asset}/href"))).await.ok();
        assert!(decode(&answer.body).width() >= 320, "{asset} of {item}");
        let tag = answer.header("etag");
        let mut hash = [0; 32];
        for (byte, at) in hash.iter_mut().zip((1..65).step_by(2)) {
            *byte = u8::from_str_radix(&tag[at..at + 2], 16).unwrap_or_else(|_| panic!("{asset}: entity tag {tag}"));
        }
        // A small master is its own scaled copy.
        if asset == "sd" && master == Some(hash) {
            continue;
        }
        master = master.or(Some(hash));
        keys.push(PublicKey::new(text(item, "/id").parse().expect("an id"), kind, &hash).to_string());
    }
    keys
}

/// No original is left, and in the public store is what the catalog names, and nothing else. Files of the dataset come and go
/// by themselves; one that is left behind is swept after a day.
pub async fn stores(stores: &Storage, named: &BTreeSet<String>) {
    until("no original is left", ENOUGH, async || {
        let left: Vec<_> = stores.private.entries().try_collect().await.unwrap();
        left.is_empty().then_some(())
    })
    .await;
    let there: BTreeSet<String> = stores
        .public
        .entries()
        .try_filter_map(async |listed| match listed {
            Listed::Object(entry) => Ok((entry.key.kind() != ObjectKind::Dataset).then(|| entry.key.to_string())),
            Listed::Foreign(entry) => panic!("{} lies in the public store", entry.key),
        })
        .try_collect()
        .await
        .unwrap();
    let without_row: Vec<_> = there.difference(named).collect();
    let without_object: Vec<_> = named.difference(&there).collect();
    assert!(without_row.is_empty() && without_object.is_empty(), "orphans {without_row:?}, missing {without_object:?}");
}

/// No job is left, none was given up, and the doctor finds nothing.
pub async fn queue(commands: &Commands) {
    until("all jobs are done", SHORT, async || {
        let listed = tokio::task::block_in_place(|| commands.run(&["jobs", "list", "--json"]));
        assert!(listed.success, "{listed:?}");
        let listed: Value = serde_json::from_str(&listed.stdout).expect("JSON");
        assert_eq!(listed["parked"], serde_json::json!([]), "{listed}");
        let counts = &listed["counts"];
        (counts["queued"] == 0 && counts["leased"] == 0).then_some(())
    })
    .await;
    let found = tokio::task::block_in_place(|| commands.run(&["doctor", "--deep"]));
    assert!(found.success, "{found:?}");
}

/// What a busy machine explains, whatever strikes: leases are so short here that a worker may miss its heartbeats, and the
/// transaction in its hands is rolled back, if it had begun at all.
const BUSY: [&str; 5] = [
    "time to acquire exceeded slow threshold",
    "slow statement: execution time exceeded",
    "lost the lease",
    "the lease had run out",
    "there is no transaction in progress",
];

/// Lines of a log from `from` on that tell of trouble, and that none of `allowed` is a part of.
pub fn quiet(who: &str, log: &[String], from: usize, allowed: &[&str]) {
    let allowed: Vec<String> = allowed.iter().chain(&BUSY).map(|&each| each.to_owned()).collect();
    let troubles = flaneur_e2e::unexpected(&log[from..], &allowed);
    assert!(troubles.is_empty(), "{who} logged what this fault does not explain:\n{}", troubles.join("\n"));
}

//! A harvester, as the one of the meta-catalogue goes about it: everything once, and then what changed.

use std::collections::BTreeMap;

use flaneur_e2e::{Client, LONG, Server, field, link, text, until};
use reqwest::Method;
use serde_json::Value;

/// What a harvester knows: sequences with what it was told of them, and their pictures.
#[derive(Debug, Default, PartialEq)]
struct Harvest {
    sequences: BTreeMap<String, BTreeMap<String, Value>>,
    /// The latest `updated` of all that it saw.
    latest: Option<String>,
    /// Tombstones that it was told of.
    gone: usize,
}

impl Harvest {
    /// Follows a list to its end.
    async fn follow(&mut self, client: &Client, path: &str) {
        let mut address = path.to_owned();
        loop {
            let page = client.json(&address).await;
            for entry in field(&page, "/collections").as_array().unwrap() {
                self.take(client, entry).await;
            }
            match link(&page, "next") {
                Some(next) => address = next,
                None => return,
            }
        }
    }

    async fn take(&mut self, client: &Client, entry: &Value) {
        let id = text(entry, "/id");
        if entry["geovisio:status"] == "deleted" {
            assert_eq!(entry.as_object().unwrap().len(), 2, "a tombstone tells nothing else: {entry}");
            self.sequences.remove(&id);
            self.gone += 1;
            return;
        }
        let updated = text(entry, "/updated");
        if self.latest.as_ref().is_none_or(|latest| *latest < updated) {
            self.latest = Some(updated);
        }
        let mut items = BTreeMap::new();
        let mut address = format!("{}/items?limit=2", link(entry, "self").unwrap());
        loop {
            let page = client.json(&address).await;
            for item in field(&page, "/features").as_array().unwrap() {
                items.insert(text(item, "/id"), item["properties"].clone());
            }
            match link(&page, "next") {
                Some(next) => address = next,
                None => break,
            }
        }
        self.sequences.insert(id, items);
    }

    /// Asks for what changed since, in the writing of today and in the one of older harvesters.
    async fn again(&mut self, client: &Client, legacy: bool) {
        let since = self.latest.clone().unwrap().replace('+', "%2B");
        let path = if legacy {
            format!("/api/collections?limit=1&filter=status IN ('deleted','ready') AND updated > '{since}'")
        } else {
            format!("/api/collections?limit=1&show_deleted=true&filter=updated > '{since}'")
        };
        self.follow(client, &path.replace(' ', "%20")).await;
    }
}

/// What there is now.
async fn all(client: &Client) -> BTreeMap<String, BTreeMap<String, Value>> {
    let mut harvest = Harvest::default();
    harvest.follow(client, "/api/collections").await;
    harvest.sequences
}

/// Has both harvesters ask until they know what there is.
async fn catches_up(server: &Server, harvests: &mut [Harvest; 2], what: &str) {
    let client = server.anonymous();
    let mut harvests = harvests.iter_mut();
    let (today, legacy) = (harvests.next().unwrap(), harvests.next().unwrap());
    for _ in 0..100 {
        today.again(&client, false).await;
        legacy.again(&client, true).await;
        let expected = all(&client).await;
        if today.sequences == expected && legacy.sequences == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("after {what}:\n{:?}\n{:?}\n{:?}", today.sequences, legacy.sequences, all(&client).await);
}

#[tokio::test]
async fn a_harvester_keeps_up() {
    let server = Server::start();
    let owner = server.admin();
    for walk in 0..3u32 {
        owner.upload_walk(&format!("Walk {walk}"), walk * 100..walk * 100 + 3).await;
    }
    let client = server.anonymous();
    let mut harvests = [Harvest::default(), Harvest::default()];
    for harvest in &mut harvests {
        harvest.follow(&client, "/api/collections?limit=2").await;
        assert_eq!(harvest.sequences, all(&client).await);
        assert_eq!((harvest.sequences.len(), harvest.gone), (3, 0));
    }

    owner.upload_walk("Another walk", 1000..1002).await;
    catches_up(&server, &mut harvests, "an upload").await;

    let (sequence, pictures) =
        harvests[0].sequences.iter().next().map(|(id, items)| (id.clone(), items.clone())).unwrap();
    let picture = pictures.keys().next().unwrap();
    let path = format!("/api/collections/{sequence}/items/{picture}");
    owner.send(owner.request(Method::DELETE, &path)).await.ok();
    catches_up(&server, &mut harvests, "the deletion of a picture").await;
    assert_eq!(harvests[0].sequences[&sequence].len(), pictures.len() - 1);

    owner.send(owner.request(Method::DELETE, &format!("/api/collections/{sequence}"))).await.ok();
    catches_up(&server, &mut harvests, "the deletion of a sequence").await;
    assert!(harvests.iter().all(|harvest| !harvest.sequences.contains_key(&sequence) && harvest.gone > 0));
    until("nothing is left to tell", LONG, async || {
        let before = harvests[0].latest.clone();
        harvests[0].again(&client, false).await;
        (harvests[0].latest == before).then_some(())
    })
    .await;
}

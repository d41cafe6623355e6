//! An API to test against: a real catalog in a folder that goes away, a clock that stands still, ids that repeat, three
//! accounts, and requests as the binary hands them to the router.

mod ask;
mod panorama;
mod recipe;
mod seed;

use std::sync::Arc;

use flaneur_catalog::{
    model::{Account, AccountId, NewAccount, NewToken, TokenId},
    sqlite::SqliteCatalog,
    world::{Generator, ManualClock, World},
};
use flaneur_login::Provider;
use flaneur_storage::Storage;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use ask::{Answer, Ask};
pub(crate) use panorama::{crop, panorama, pixels};
pub(crate) use recipe::Recipe;
pub(crate) use seed::Seeded;

use crate::{Api, Cutter, MAX_FOLLOWERS, MAX_READERS, MAX_UPLOADS, PublicUrl, Settings, TokenKey};

/// Where the instance believes to be reached.
pub(crate) const HOST: &str = "https://pics.example.org";

/// Somebody with a token.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    /// The account.
    pub account: Account,
    /// What goes behind `Bearer `.
    pub jwt: String,
}

/// An instance of its own.
pub(crate) struct Fixture {
    /// What the handlers work with.
    pub api: Api,
    /// All routes, below `/api`.
    pub router: axum::Router,
    /// Moves time.
    pub clock: Arc<ManualClock>,
    /// Whose pictures there are.
    pub owner: Who,
    /// Somebody else.
    pub other: Who,
    /// Who runs the instance.
    pub admin: Who,
    folder: tempfile::TempDir,
}

/// How the instance is to be.
#[derive(Default)]
pub(crate) struct FixtureBuilder {
    settings: Settings,
    logins: Vec<Provider>,
}

/// An instance as it is by default.
pub(crate) async fn fixture() -> Fixture {
    FixtureBuilder::default().build().await
}

impl FixtureBuilder {
    /// Changes settings.
    pub(crate) fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Lets people sign in there.
    pub(crate) fn login(mut self, provider: Provider) -> Self {
        self.logins.push(provider);
        self
    }

    /// Makes it.
    pub(crate) async fn build(self) -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new("2026-11-23T12:00:00Z".parse().unwrap()));
        let api = open(folder.path(), &clock, 1, Arc::new(self.settings), self.logins.into()).await;
        Fixture {
            owner: who(&api, "owner", false).await,
            other: who(&api, "other", false).await,
            admin: who(&api, "admin", true).await,
            router: router(&api),
            api,
            clock,
            folder,
        }
    }
}

/// An API whose data are in a folder. The seed is of its ids.
async fn open(
    folder: &std::path::Path,
    clock: &Arc<ManualClock>,
    seed: u64,
    settings: Arc<Settings>,
    logins: Arc<[Provider]>,
) -> Api {
    let storage = Storage::local(&folder.join("public"), &folder.join("private")).unwrap();
    let catalog = SqliteCatalog::open_with(&folder.join("catalog.sqlite"), clock.clone()).await.unwrap();
    Api {
        catalog: Arc::new(catalog),
        storage: Arc::new(storage),
        world: World::new(clock.clone(), Arc::new(Generator::seeded(seed))),
        cutter: Arc::new(Cutter::new(settings.tile_cache)),
        remote: Arc::new(flaneur_remote::Remote::new(&settings.transfer_hosts).unwrap()),
        hooks: Arc::new(flaneur_remote::Remote::new(&settings.webhook_hosts).unwrap()),
        settings,
        tokens: Arc::new(TokenKey::new(b"a secret for tests")),
        logins,
        pace: Arc::default(),
        counted: Arc::default(),
        usages: Arc::default(),
        takeouts: Arc::default(),
        followers: Arc::new(tokio::sync::Semaphore::new(MAX_FOLLOWERS)),
        uploads: Arc::new(tokio::sync::Semaphore::new(MAX_UPLOADS)),
        readers: Arc::new(tokio::sync::Semaphore::new(MAX_READERS)),
    }
}

fn router(api: &Api) -> axum::Router {
    let below = crate::router(api.clone(), OpenApiRouter::new());
    axum::Router::new().nest("/api", below).layer(axum::Extension(PublicUrl(HOST.to_owned())))
}

/// Copies what is in a folder, in which nobody writes meanwhile.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

async fn who(api: &Api, name: &str, admin: bool) -> Who {
    let created_at = api.world.now();
    let new = NewAccount { id: AccountId(api.world.id()), name: name.to_owned(), admin, created_at };
    let account = api.catalog.create_account(new).await.unwrap();
    let id = TokenId(api.world.id());
    let description = "for tests".to_owned();
    let new = NewToken { id, account: Some(account.id), description, created_at, expires_at: None, scopes: None };
    api.catalog.create_token(new).await.unwrap();
    Who { account, jwt: api.tokens.sign(id).unwrap() }
}

impl Fixture {
    /// Asks as nobody. The path is below `/api`, or an absolute link.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send().await
    }

    /// The same instance once more: what is done there changes nothing here. While it is made, nobody may ask this one.
    pub(crate) async fn fork(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        let clock = Arc::new(ManualClock::new(self.api.world.now()));
        // New ids are others than those that there are, and than another fork's.
        let (_, seed) = self.api.world.id().as_u64_pair();
        let Api { settings, logins, .. } = &self.api;
        let api = open(folder.path(), &clock, seed, settings.clone(), logins.clone()).await;
        let [owner, other, admin] = [&self.owner, &self.other, &self.admin].map(Who::clone);
        Self { router: router(&api), api, clock, owner, other, admin, folder }
    }

    /// Where the public objects lie as files.
    pub(crate) fn public_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("public")
    }

    /// Prepares a request.
    pub(crate) fn request(&self, method: &str, path: &str) -> Ask {
        Ask::new(self.router.clone(), method, path)
    }
}

/// Where a document's link of this relation leads.
pub(crate) fn link(document: &Value, rel: &str) -> Option<String> {
    let link = document["links"].as_array()?.iter().find(|link| link["rel"] == rel)?;
    Some(link["href"].as_str()?.to_owned())
}

/// A document with names in place of identifiers.
pub(crate) fn redacted(document: &Value, seeded: &Seeded) -> Value {
    let mut text = document.to_string();
    let mut name = |id: String, name: &str| text = text.replace(&id, name);
    name(seeded.id.to_string(), "[sequence]");
    name(seeded.upload_set.to_string(), "[upload set]");
    name(seeded.account.to_string(), "[account]");
    for (number, id) in seeded.pictures.iter().enumerate() {
        name(id.to_string(), &format!("[picture {}]", number + 1));
    }
    serde_json::from_str(&text).unwrap()
}

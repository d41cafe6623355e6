//! The HTTP API: upload, STAC, pictures, accounts.
//!
//! One endpoint stands in one file under [`routes`], whose path mirrors the URL, with its documentation and tests
//! beside it. Shared by all: [`ApiError`] for what goes wrong, [`Identity`] for who asks, [`PublicUrl`] for links.
#![forbid(unsafe_code)]

use std::sync::Arc;

use flaneur_catalog::{Catalog, world::World};
use flaneur_login::Provider;
use flaneur_storage::Storage;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;

mod client;
pub mod cors;
mod cql2;
mod cutter;
mod dataset;
mod error;
mod extract;
pub mod identity;
mod lease;
mod links;
pub mod metrics;
mod openapi;
mod pace;
mod post;
mod quota;
mod respond;
mod rights;
pub mod routes;
mod scopes;
mod settings;
pub mod stac;
mod takeout;
#[cfg(test)]
mod testing;
mod tokens;
mod transfers;
mod uploader;
mod webhooks;
mod words;

pub use client::ClientAddress;
pub use cutter::Cutter;
pub use dataset::{DatasetSettings, run_dataset};
pub use error::{ApiError, ApiResult};
pub use identity::{Gate, Identity};
pub use links::{Link, PublicUrl};
pub use pace::{Doing, Pace, Whom};
pub use post::{MailError, MailServer, Post, mailbox, run_post};
pub use quota::Usages;
pub use routes::stats::Counted;
pub use routes::{panicked, upload_sets::finish_uploads};
pub use settings::{Defaults, License, Settings};
pub use takeout::Takeouts;
pub use tokens::TokenKey;
pub use transfers::run_transfers;
pub use webhooks::run_webhooks;

/// What every handler works with.
#[derive(Clone)]
pub struct Api {
    /// The database.
    pub catalog: Arc<dyn Catalog>,
    /// Originals and public objects.
    pub storage: Arc<Storage>,
    /// Time and randomness.
    pub world: World,
    /// What the operator chose.
    pub settings: Arc<Settings>,
    /// Signs and checks tokens.
    pub tokens: Arc<TokenKey>,
    /// Bounds how many files are received at once, and with it the memory they take.
    pub uploads: Arc<tokio::sync::Semaphore>,
    /// Bounds how many files that are no JPEG are read into memory at once.
    pub readers: Arc<tokio::sync::Semaphore>,
    /// Bounds how many wait for news of the change log at once.
    pub followers: Arc<tokio::sync::Semaphore>,
    /// Bounds how much an account, or who has none, does in a minute.
    pub pace: Arc<Pace>,
    /// What was last counted of the instance.
    pub counted: Arc<Counted>,
    /// What accounts have, as it was counted lately.
    pub usages: Arc<Usages>,
    /// Bounds how many archives of accounts are made at once.
    pub takeouts: Arc<Takeouts>,
    /// Cuts tiles and views out of panoramas, and keeps what was just asked for.
    pub cutter: Arc<Cutter>,
    /// Where people sign in with an account that they have elsewhere.
    pub logins: Arc<[Provider]>,
    /// Asks other instances.
    pub remote: Arc<flaneur_remote::Remote>,
    /// Tells webhooks.
    pub hooks: Arc<flaneur_remote::Remote>,
}

/// Files received at once by one process. Each takes at most a part of the object store's multipart upload (5 MiB) and
/// the picture's header (4 MiB) in memory.
pub const MAX_UPLOADS: usize = 32;

/// Files that are no JPEG read into memory at once by one process, to find their metadata; others wait.
pub const MAX_READERS: usize = 2;

/// Clients of one process that wait for news of the change log at once.
pub const MAX_FOLLOWERS: usize = 1_000;

/// Every route, with paths below `/api`, and its documentation. `extra` (the tiler's routes) is documented with it.
///
/// The caller adds a [`PublicUrl`] to every request's extensions before it comes here.
pub fn router(api: Api, extra: OpenApiRouter) -> axum::Router {
    let gate = Gate::from(&api);
    let anonymous_uploads = api.settings.anonymous_uploads;
    let (router, document) = OpenApiRouter::with_openapi(openapi::base())
        .merge(routes::router())
        .with_state(api)
        .merge(extra)
        .split_for_parts();
    behind(gate, router.merge(routes::docs::router(&document, anonymous_uploads)))
}

/// Routes of another part alone, behind the same gate: they learn who asks, and answer across origins. Paths are below
/// `/api`; the caller adds a [`PublicUrl`] here too.
pub fn behind(gate: Gate, router: axum::Router) -> axum::Router {
    let identity = axum::middleware::from_fn_with_state(gate.clone(), identity::identify);
    let cors = axum::middleware::from_fn_with_state(gate, cors::answer);
    // What strangers sent is what we say that it is, and nothing that a browser guesses.
    let unguessed = SetResponseHeaderLayer::if_not_present(
        http::header::X_CONTENT_TYPE_OPTIONS,
        http::HeaderValue::from_static("nosniff"),
    );
    router
        .fallback(routes::not_found)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .layer(identity)
        .layer(cors)
        .layer(unguessed)
}

//! `/users`: accounts, as others see them.

use flaneur_catalog::model::{Account, AccountId};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;

use crate::{Api, ApiError, ApiResult, Link, PublicUrl};

mod collection;
mod erase;
mod list;
pub(crate) mod mail;
mod me;
mod one;
mod search;
mod table;
mod takeout;
mod terms;
mod usage;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(list::router())
        .merge(search::router())
        .merge(me::router())
        .merge(mail::router())
        .merge(usage::router())
        .merge(terms::router())
        .merge(one::router())
        .merge(erase::router())
        .merge(collection::router())
        .merge(takeout::router())
}

/// An account, or 404.
pub(super) async fn find(api: &Api, id: AccountId) -> ApiResult<Account> {
    api.catalog.account(id).await?.ok_or_else(|| ApiError::not_found("User doesn't exist"))
}

/// An account, as others see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct User {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: AccountId,
    /// Name.
    name: String,
    /// Where to go from here: `user-info`, `collection`, `user-xyz`.
    links: Vec<Link>,
}

impl User {
    fn of(account: Account, url: &PublicUrl) -> Self {
        Self { id: account.id, links: links(account.id, url), name: account.name }
    }
}

/// Where to go from an account.
fn links(id: AccountId, url: &PublicUrl) -> Vec<Link> {
    let own = url.api(format_args!("/users/{id}"));
    vec![
        Link::json("user-info", own.clone()),
        Link::json("collection", format!("{own}/collection")),
        Link::of("user-xyz", "application/vnd.mapbox-vector-tile", format!("{own}/map/{{z}}/{{x}}/{{y}}.mvt"))
            .titled("Pictures and sequences vector tiles of this user"),
    ]
}

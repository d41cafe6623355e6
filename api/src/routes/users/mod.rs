//! `/users`: accounts, as others see them.

use flaneur_catalog::model::{Account, AccountId};
use utoipa_axum::router::OpenApiRouter;

use crate::{Api, ApiError, ApiResult, Link, PublicUrl};

mod collection;
mod erase;
mod list;
mod me;
mod one;
mod search;
mod table;
mod takeout;
mod terms;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(list::router())
        .merge(search::router())
        .merge(me::router())
        .merge(terms::router())
        .merge(one::router())
        .merge(erase::router())
        .merge(collection::router())
        .merge(takeout::router())
}

/// An account, or 404.
async fn find(api: &Api, id: AccountId) -> ApiResult<Account> {
    api.catalog.account(id).await?.ok_or_else(|| ApiError::not_found("User doesn't exist"))
}

/// Where to go from an account.
fn links(id: AccountId, url: &PublicUrl) -> Vec<Link> {
    let own = url.api(&format!("/users/{id}"));
    vec![
        Link::json("user-info", own.clone()),
        Link::json("collection", format!("{own}/collection")),
        Link::of("user-xyz", "application/vnd.mapbox-vector-tile", format!("{own}/map/{{z}}/{{x}}/{{y}}.mvt"))
            .titled("Pictures and sequences vector tiles of this user"),
    ]
}

//! `/auth`: signing in, tokens, invites.

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

mod claim;
mod invites;
mod login;
mod my_logins;
mod my_tokens;
mod providers;
mod session;

#[cfg(test)]
mod tests;

pub(crate) use my_logins::describe as described_login;
pub(crate) use my_tokens::describe as described_token;
pub use providers::Described as Provider;
pub use session::close as close_session;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(claim::generate))
        .routes(routes!(claim::asked))
        .routes(routes!(claim::open, claim::claim))
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(invites::redeem))
        .routes(routes!(login::login))
        .routes(routes!(login::logout))
        .routes(routes!(providers::begin))
        .routes(routes!(providers::come_back))
        .routes(routes!(providers::sign_out::signed_out))
        .routes(routes!(my_logins::list, my_logins::connect))
        .routes(routes!(my_logins::disconnect))
        .routes(routes!(my_tokens::list, my_tokens::create))
        .routes(routes!(my_tokens::get, my_tokens::revoke))
}

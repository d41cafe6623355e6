//! `POST /auth/invites/redeem`.

use axum::{Json, body::Bytes, extract::State};
use flaneur_catalog::model::{AccountId, Invite};
use serde::Deserialize;

use super::session::{Cookies, SignedIn, open};
use crate::{Api, ApiError, ApiResult, PublicUrl, identity::secret_hash};

/// An invite.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Redeem {
    /// The code at the end of the link.
    code: String,
}

/// Use an invite up: makes the account it is for, and signs in.
#[utoipa::path(
    post, path = "/auth/invites/redeem", tag = "Accounts", request_body = Redeem,
    responses(
        (status = 200, description = "Signed in", body = SignedIn),
        (status = 404, description = "The invite is unknown, expired or used", body = crate::error::ErrorBody),
    )
)]
pub async fn redeem(State(api): State<Api>, url: PublicUrl, body: Bytes) -> ApiResult<(Cookies, Json<SignedIn>)> {
    let request: Redeem =
        serde_json::from_slice(&body).map_err(|_| ApiError::bad_request("Send JSON with the member `code`"))?;
    let code = secret_hash(request.code.trim());
    match api.catalog.redeem_invite(&code, AccountId(api.world.id()), api.world.now()).await? {
        Invite::Redeemed(account) => open(&api, &url, &account).await,
        Invite::Invalid => {
            Err(ApiError::not_found("This invite was used before, has expired, or never existed; ask for another"))
        }
    }
}

//! `DELETE /users/me` and `DELETE /users/{id}`: erasing accounts.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use flaneur_catalog::model::{ANONYMOUS, Account, AccountId, Erased, JobId};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl,
    error::ErrorBody,
    extract::{Path, Query},
    routes::auth::close_session,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(myself)).routes(routes!(other))
}

/// What shows that it is meant.
#[derive(Debug, Deserialize)]
struct Meant {
    /// The account's name.
    name: Option<String>,
}

/// Erase my account
///
/// At once: its name, tokens, logins, sessions and areas go, and nobody can sign in to it any more. Within minutes: its pictures,
/// sequences and uploads, with every file. What it changed of other people's pictures stays, under no name. Nothing brings it back,
/// no restored backup either.
#[utoipa::path(
    delete, path = "/users/me", tag = "Accounts",
    params(("name" = String, Query, description = "The account's name, to show that it is meant", example = "wilma")),
    responses(
        (status = 204, description = "It is erased; its pictures follow"),
        (status = 400, description = "The name is missing, or another one", body = ErrorBody),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 409, description = "Nobody else runs the instance", body = ErrorBody),
    )
)]
async fn myself(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    headers: HeaderMap,
    meant: Query<Meant>,
) -> ApiResult<Response> {
    let account = identity.require()?;
    erase(&api, account, &meant.0).await?;
    Ok((StatusCode::NO_CONTENT, close_session(&api, &url, &headers).await?).into_response())
}

/// Erase an account
///
/// As its owner would; for administrators.
#[utoipa::path(
    delete, path = "/users/{id}", tag = "Accounts",
    params(
        ("id" = Uuid, Path, description = "The account", example = "52864614-8ee3-4e42-9578-9ffa0a554f1f"),
        ("name" = String, Query, description = "Its name, to show that it is meant", example = "wilma"),
    ),
    responses(
        (status = 204, description = "It is erased; its pictures follow"),
        (status = 400, description = "The name is missing, or another one", body = ErrorBody),
        (status = 401, description = "Nobody is signed in", body = ErrorBody),
        (status = 403, description = "Only administrators erase other accounts", body = ErrorBody),
        (status = 404, description = "There is no such account", body = ErrorBody),
        (status = 409, description = "It is the last administrator's, or that of anonymous pictures", body = ErrorBody),
    )
)]
async fn other(
    State(api): State<Api>,
    identity: Identity,
    Path(id): Path<Uuid>,
    meant: Query<Meant>,
) -> ApiResult<StatusCode> {
    let account = identity.require()?;
    if !account.admin && account.id != AccountId(id) {
        return Err(ApiError::forbidden("Only administrators erase other people's accounts"));
    }
    erase(&api, &super::find(&api, AccountId(id)).await?, &meant.0).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn erase(api: &Api, account: &Account, meant: &Meant) -> ApiResult<()> {
    if meant.name.as_ref() != Some(&account.name) {
        return Err(ApiError::bad_request(
            "Nothing was erased. To show that it is meant, give the account's name in `name`",
        ));
    }
    if account.name == ANONYMOUS {
        return Err(ApiError::conflict("This account is whoever sends pictures without one: delete those instead"));
    }
    match api.catalog.erase_account(account.id, JobId(api.world.id()), api.world.now()).await? {
        Erased::Begun => {
            tracing::info!(account = %account.id, "account erased");
            Ok(())
        }
        Erased::Missing => Err(ApiError::not_found("User doesn't exist")),
        Erased::LastAdministrator => {
            Err(ApiError::conflict("Nobody else runs this instance: make somebody else an administrator first"))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn whoever_means_it_is_erased() {
        let fixture = fixture().await;
        let (owner, other) = (&fixture.owner, &fixture.other);
        let erase = |path: &'static str, by| fixture.request("DELETE", path).of(by).send();
        assert_eq!(erase("/users/me?name=owner", None).await.status, 401);
        for unmeant in ["/users/me", "/users/me?name=", "/users/me?name=other", "/users/me?name=Owner"] {
            assert_eq!(erase(unmeant, Some(owner)).await.status, 400, "{unmeant}");
        }
        let of_owner = format!("/users/{}?name=owner", owner.account.id);
        assert_eq!(fixture.request("DELETE", &of_owner).of(Some(other)).send().await.status, 403);
        assert_eq!(fixture.get(&format!("/users/{}", owner.account.id)).await.status, 200);

        let gone = erase("/users/me?name=owner", Some(owner)).await;
        assert_eq!(gone.status, 204);
        assert_eq!(fixture.get(&format!("/users/{}", owner.account.id)).await.status, 404);
        assert_eq!(
            fixture.request("GET", "/users/me").of(Some(owner)).send().await.status,
            401,
            "its token went with it"
        );
        assert_eq!(fixture.get("/users/search?q=owner").await.json()["features"], serde_json::json!([]));
        assert_eq!(fixture.request("DELETE", &of_owner).of(Some(&fixture.admin)).send().await.status, 404);
    }

    #[tokio::test]
    async fn the_last_administrator_stays() {
        let fixture = fixture().await;
        let admin = Some(&fixture.admin);
        assert_eq!(fixture.request("DELETE", "/users/me?name=admin").of(admin).send().await.status, 409);
        let other = format!("/users/{}?name=other", fixture.other.account.id);
        assert_eq!(fixture.request("DELETE", &other).of(admin).send().await.status, 204);
        assert_eq!(fixture.request("GET", "/users/me").of(Some(&fixture.other)).send().await.status, 401);
    }
}

//! `account.json`: what is held on the account itself.

use flaneur_access::Visibility;
use flaneur_catalog::model::{AccountTraces, Login, PageTrace};
use serde_json::{Map, Value, json};

use super::{Takeout, archive::Halt};
use crate::{
    routes::{
        auth::{described_login, described_token},
        excluded_areas::Feature,
        users::mail::MailDocument,
        webhooks::WebhookDocument,
    },
    stac::utc,
};

/// The document. What nobody but the account is told is left out where somebody else asks.
pub async fn document(takeout: &Takeout) -> Result<Vec<u8>, Halt> {
    let (catalog, account) = (&takeout.api.catalog, &takeout.account);
    let choices = catalog.choices(account.id).await?;
    let terms = catalog.terms_answers(account.id).await?;
    let traces = catalog.traces(account.id).await?;
    let answers: Vec<Value> = terms
        .iter()
        .map(
            |answer| json!({ "version": answer.version, "read_at": answer.read_at, "accepted_at": answer.accepted_at }),
        )
        .collect();
    let mut document = json!({
        "id": account.id,
        "name": account.name,
        "created_at": account.created_at,
        "role": if account.admin { "admin" } else { "user" },
        "choices": {
            "default_visibility": choices.default_visibility.map(Visibility::as_str),
            "collaborative_metadata": choices.collaborative_metadata,
            "license": choices.rights.license,
            "attribution": choices.rights.attribution,
        },
        "terms": answers,
        "pages": traces.pages.iter().map(page).collect::<Vec<_>>(),
    });
    if let (true, Some(members)) = (takeout.is_own(), document.as_object_mut()) {
        members.append(&mut own(takeout, &traces).await?);
    }
    Ok(serde_json::to_vec_pretty(&document)?)
}

/// What nobody but the account is told.
async fn own(takeout: &Takeout, traces: &AccountTraces) -> Result<Map<String, Value>, Halt> {
    let (catalog, id) = (&takeout.api.catalog, takeout.account.id);
    let tokens: Vec<_> = catalog.tokens(id).await?.iter().map(described_token).collect();
    let logins = catalog.logins(id).await?;
    let logins = logins.iter().map(|each| login(takeout, each)).collect::<Result<_, _>>()?;
    let webhooks: Vec<WebhookDocument> = catalog.webhooks(id).await?.into_iter().map(WebhookDocument::from).collect();
    let areas = catalog.areas(Some(id)).await?.into_iter().map(|area| {
        let created_at = utc(area.created_at);
        let mut feature = serde_json::to_value(Feature::from(area))?;
        feature["properties"]["created_at"] = json!(created_at);
        Ok(feature)
    });
    let areas = areas.collect::<Result<Vec<Value>, Halt>>()?;
    let invites = traces.invites.iter().map(|invite| {
        json!({
            "name": invite.name,
            "admin": invite.admin,
            "created_at": invite.created_at,
            "expires_at": invite.expires_at,
            "redeemed_at": invite.redeemed_at,
        })
    });
    let mail = MailDocument::of(&takeout.api, catalog.mail_address(id).await?);
    let sessions = traces.sessions.iter().map(|end| json!({ "expires_at": end }));
    let members = [
        ("tokens", serde_json::to_value(tokens)?),
        ("logins", Value::Array(logins)),
        ("mail", serde_json::to_value(mail)?),
        ("webhooks", serde_json::to_value(webhooks)?),
        ("sessions", sessions.collect()),
        ("invites", invites.collect()),
        ("privacy_zones", json!({ "type": "FeatureCollection", "features": areas })),
    ];
    Ok(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A login, with who the account is there: it is the account's own identifier.
fn login(takeout: &Takeout, login: &Login) -> serde_json::Result<Value> {
    let mut told = serde_json::to_value(described_login(&takeout.api, login, &takeout.url))?;
    told["subject"] = json!(login.person.subject);
    Ok(told)
}

fn page(trace: &PageTrace) -> Value {
    match &trace.language {
        Some(language) => {
            json!({ "page": trace.page.as_str(), "language": language, "revision": trace.number, "saved_at": trace.at })
        }
        None => json!({ "page": trace.page.as_str(), "version": trace.number, "published_at": trace.at }),
    }
}

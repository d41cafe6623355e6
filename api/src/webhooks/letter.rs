//! What a webhook is sent: the lines, signed as [Standard Webhooks](https://www.standardwebhooks.com) says, for which there are
//! libraries in every language.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use flaneur_catalog::model::{Change, Webhook, WebhookId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use serde::Serialize;
use sha2::Sha256;

use crate::{TokenKey, routes::changes::Line};

/// What a webhook is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// The same for the same lines: whoever gets it twice can tell.
    id: String,
    /// JSON.
    pub body: Bytes,
}

#[derive(Serialize)]
struct Body {
    webhook: WebhookId,
    #[serde(rename = "type")]
    kind: &'static str,
    changes: Vec<Line>,
    after: i64,
    next: i64,
}

impl Letter {
    /// With lines of the log, all that are of interest up to `next`.
    pub fn of(webhook: &Webhook, lines: &[Change], next: i64) -> Self {
        Self::new(webhook, "changes", lines, next, format!("{}.{}.{next}", webhook.id, webhook.told))
    }

    /// Without any, to see whether it arrives. The name tells this one from others.
    pub fn test(webhook: &Webhook, name: impl std::fmt::Display) -> Self {
        Self::new(webhook, "test", &[], webhook.told, format!("{}.test.{name}", webhook.id))
    }

    fn new(webhook: &Webhook, kind: &'static str, lines: &[Change], next: i64, id: String) -> Self {
        let changes = lines.iter().map(Line::from).collect();
        let body = Body { webhook: webhook.id, kind, changes, after: webhook.told, next };
        // Strings and numbers only: there is nothing in it that cannot be written.
        Self { id, body: serde_json::to_vec(&body).unwrap_or_default().into() }
    }

    /// What goes with it at that time.
    pub fn headers(&self, secret: &[u8], now: Timestamp) -> HeaderMap {
        let at = now.as_second().to_string();
        let signature = format!("v1,{}", sign(secret, &self.id, &at, &self.body));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [("webhook-id", &self.id), ("webhook-timestamp", &at), ("webhook-signature", &signature)] {
            // Identifiers, digits and base64: every one of them can stand in a header.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        headers
    }
}

/// HMAC-SHA-256 of `id.timestamp.body`, in base64.
fn sign(secret: &[u8], id: &str, at: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(body);
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// What a webhook's letters are signed with. It follows from the key that tokens are signed with: there is nothing to keep, and
/// whoever reads a list of webhooks cannot speak for the instance.
pub(crate) fn secret_of(tokens: &TokenKey, id: WebhookId) -> Vec<u8> {
    tokens.secret_of("webhook", id.0)
}

/// The same as it is told to its owner.
pub(crate) fn shown(secret: &[u8]) -> String {
    format!("whsec_{}", BASE64_STANDARD.encode(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_signed_as_the_standard_has_it() {
        // The example of the specification's reference libraries.
        let secret = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        assert_eq!(signature, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}

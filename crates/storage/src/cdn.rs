//! A CDN in front of the public store: where it has an object, and how it is told to forget one.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use url::Url;

use crate::{PublicKey, StorageError};

/// How long a CDN may take to take a call.
const CONNECT: Duration = Duration::from_secs(3);
/// How long it may take to forget an object.
const ANSWER: Duration = Duration::from_secs(10);

/// Address of a CDN whose `{address}/{key}` is the object of that key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CdnUrl(String);

/// The text is no address of a CDN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no address of a CDN: write it as https://cdn.example.org/pictures, without anything behind `?` or `#`"
)]
pub struct UnreadableCdnUrl(String);

impl std::str::FromStr for CdnUrl {
    type Err = UnreadableCdnUrl;

    fn from_str(text: &str) -> Result<Self, UnreadableCdnUrl> {
        let usable = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        };
        let url = Url::parse(text).ok().filter(usable).ok_or_else(|| UnreadableCdnUrl(text.to_owned()))?;
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl std::fmt::Display for CdnUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl CdnUrl {
    /// Where the CDN has an object.
    pub fn address(&self, key: &PublicKey) -> String {
        format!("{}/{key}", self.0)
    }
}

/// Makes a CDN forget objects, by the `PURGE` method that Varnish, Fastly and nginx's cache module know.
#[derive(Debug, Clone)]
pub struct Purger {
    cdn: CdnUrl,
    http: reqwest::Client,
}

impl Purger {
    /// For the CDN at this address.
    pub fn new(cdn: CdnUrl) -> Result<Self, StorageError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| StorageError::Settings(format!("cannot purge {cdn}: {error}")))?;
        Ok(Self { cdn, http })
    }

    /// Makes the CDN forget an object. One that it does not have is as good as forgotten.
    pub async fn purge(&self, key: &PublicKey) -> Result<(), StorageError> {
        let address = self.cdn.address(key);
        let method = Method::from_bytes(b"PURGE").unwrap_or(Method::DELETE);
        let why = match self.http.request(method, &address).send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            // nginx as docs/cdn.md sets it up answers what the bucket does: gone. Purge modules of nginx answer 404 or 412 of
            // what they do not have.
            Ok(answer)
                if matches!(
                    answer.status(),
                    StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::PRECONDITION_FAILED
                ) =>
            {
                return Ok(());
            }
            Ok(answer) => format!("it answered {} to PURGE", answer.status()),
            Err(error) => chain(&error),
        };
        Err(StorageError::Purge { address, why })
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ObjectKind;

    #[test]
    fn addresses_are_the_cdn_s_and_the_key() {
        let key = PublicKey::new(uuid::Uuid::from_u128(1), ObjectKind::Sd, &[0xab; 32]);
        for (text, base) in [
            ("https://cdn.example.org", "https://cdn.example.org"),
            ("https://cdn.example.org/", "https://cdn.example.org"),
            ("http://127.0.0.1:8081/pictures/", "http://127.0.0.1:8081/pictures"),
        ] {
            let cdn: CdnUrl = text.parse().unwrap();
            assert_eq!(cdn.address(&key), format!("{base}/{}", key.as_str()));
        }
        for bad in ["", "cdn.example.org", "ftp://cdn.example.org", "https://cdn.example.org/?a", "https://a:b@c.org"] {
            assert!(bad.parse::<CdnUrl>().is_err(), "{bad}");
        }
    }
}

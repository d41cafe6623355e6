//! A bucket as an object store.

use std::{sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    path::Path,
    prefix::PrefixStore,
};

use crate::StorageError;

/// How patient we are with a server.
struct Patience {
    /// How long a connection may take to be made.
    connect: Duration,
    /// How long it may be silent in the middle of anything: until it begins to answer, and between two pieces of an answer.
    /// There is no limit on a whole answer, for whoever downloads it may be slow.
    silence: Duration,
    /// How often a request is sent again.
    retries: usize,
    /// After so long it is not sent again.
    trying: Duration,
}

/// A server that is away for half a minute is hardly noticed; of one that is away for longer the caller hears after a
/// minute and a half at most, and jobs then wait before they try again.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    silence: Duration::from_secs(20),
    retries: 12,
    trying: Duration::from_mins(1),
};

/// Opens a bucket. Nothing is asked of the server yet.
pub(crate) fn open(
    bucket: &str,
    prefix: &str,
    settings: &[(AmazonS3ConfigKey, &str)],
) -> Result<Arc<dyn ObjectStore>, StorageError> {
    open_with(&PATIENCE, bucket, prefix, settings)
}

fn open_with(
    patience: &Patience,
    bucket: &str,
    prefix: &str,
    settings: &[(AmazonS3ConfigKey, &str)],
) -> Result<Arc<dyn ObjectStore>, StorageError> {
    let refuse = |why: String| StorageError::Settings(format!("cannot use s3://{bucket}: {why}"));
    let client = ClientOptions::new()
        .with_timeout_disabled()
        .with_connect_timeout(patience.connect)
        .with_read_timeout(patience.silence)
        .with_pool_idle_timeout(patience.silence);
    let backoff =
        BackoffConfig { init_backoff: Duration::from_millis(200), max_backoff: Duration::from_secs(5), base: 2.0 };
    let retry = RetryConfig { backoff, max_retries: patience.retries, retry_timeout: patience.trying };
    let mut builder = AmazonS3Builder::new().with_client_options(client).with_retry(retry);
    for (key, value) in settings {
        builder = builder.with_config(*key, *value);
    }
    if let Some(endpoint) = endpoint(settings) {
        let plain = url::Url::parse(endpoint)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| {
                refuse(format!("AWS_ENDPOINT is `{endpoint}`, which is no address such as https://s3.example.org"))
            })?
            .scheme()
            == "http";
        if plain && !allows_http(settings) {
            return Err(refuse(
                "AWS_ENDPOINT is not encrypted: use https, or set AWS_ALLOW_HTTP=true if the network is your own"
                    .to_owned(),
            ));
        }
    }
    let store = builder.with_bucket_name(bucket).build().map_err(|error| refuse(error.to_string()))?;
    Ok(if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, Path::from(prefix))) })
}

/// The server, where it is not Amazon's.
pub(crate) fn endpoint<'a>(settings: &[(AmazonS3ConfigKey, &'a str)]) -> Option<&'a str> {
    // The same order as the client has.
    [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint]
        .iter()
        .find_map(|wanted| settings.iter().find(|(key, _)| key == wanted))
        .map(|(_, value)| value.trim_end_matches('/'))
}

fn allows_http(settings: &[(AmazonS3ConfigKey, &str)]) -> bool {
    settings.iter().any(|(key, value)| {
        matches!(key, AmazonS3ConfigKey::Client(object_store::ClientConfigKey::AllowHttp))
            && matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "on")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::{ObjectStoreExt as _, PutPayload};
    use tokio::{io::AsyncReadExt as _, net::TcpListener};

    const HASTE: Patience = Patience {
        connect: Duration::from_millis(500),
        silence: Duration::from_millis(100),
        retries: 2,
        trying: Duration::from_secs(10),
    };

    fn impatient(endpoint: &str) -> Arc<dyn ObjectStore> {
        let settings = [
            (AmazonS3ConfigKey::Endpoint, endpoint),
            (AmazonS3ConfigKey::AccessKeyId, "a"),
            (AmazonS3ConfigKey::SecretAccessKey, "b"),
            ("aws_allow_http".parse().unwrap(), "true"),
        ];
        open_with(&HASTE, "pictures", "", &settings).unwrap()
    }

    /// A server that takes every connection and all that is sent, and never answers; it counts its connections.
    async fn silent() -> (String, Arc<std::sync::atomic::AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut buffer = vec![0; 65_536];
                    while client.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
                });
            }
        });
        (url, calls)
    }

    #[tokio::test]
    async fn a_server_that_never_answers_is_given_up() {
        let (url, calls) = silent().await;
        let store = impatient(&url);
        let at = Path::from("a");
        assert!(store.put(&at, PutPayload::from_static(b"x")).await.is_err());
        assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), 3, "it was asked again twice");
        assert!(store.get(&at).await.is_err());
        assert!(store.delete(&at).await.is_err());
        assert!(store.put_multipart(&at).await.is_err());
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        assert!(impatient(&url).head(&Path::from("a")).await.is_err());
    }
}

//! Brings batches to the collector, with bounds, and tells the operator once when it cannot.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;
use url::Url;

/// Most of a collector's answer that is read: it says which spans it refused, if any.
const LONGEST_ANSWER: usize = 64 << 10;

/// The way to the collector. The spans' own thread, which has no runtime, hands batches to it.
#[derive(Debug)]
pub struct Courier {
    http: reqwest::Client,
    runtime: Handle,
    address: String,
    failing: Arc<AtomicBool>,
}

impl Courier {
    /// Delivers to an address, on a runtime. No delivery takes longer than `patience`.
    pub fn new(address: &Url, runtime: Handle, patience: Duration) -> Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(patience)
            .timeout(patience)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("cannot send traces")?;
        Ok(Self { http, runtime, address: address.to_string(), failing: Arc::default() })
    }

    /// Whether the last batch could not be delivered, which was logged then.
    pub fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl HttpClient for Courier {
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let (http, failing, address) = (self.http.clone(), self.failing.clone(), self.address.clone());
        let delivery = self.runtime.spawn(async move {
            let delivered = deliver(&http, request).await;
            match &delivered {
                Ok(_) if failing.swap(false, Ordering::Relaxed) => {
                    tracing::info!(address, "traces are delivered again");
                }
                Err(error) if !failing.swap(true, Ordering::Relaxed) => {
                    tracing::warn!(
                        address,
                        error = format!("{error:#}"),
                        "traces cannot be delivered, and are dropped until they can"
                    );
                }
                _ => {}
            }
            delivered
        });
        Ok(delivery.await??)
    }
}

/// Sends a batch; answers what the collector says, if it took it.
async fn deliver(http: &reqwest::Client, request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
    let request = reqwest::Request::try_from(request)?;
    let mut answer = http.execute(request).await.map_err(reqwest::Error::without_url)?;
    let status = answer.status();
    if !status.is_success() {
        bail!("the collector answered {status}");
    }
    let mut body = BytesMut::new();
    while let Some(part) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + part.len() > LONGEST_ANSWER {
            bail!("the collector's answer is longer than {LONGEST_ANSWER} bytes");
        }
        body.extend_from_slice(&part);
    }
    let mut told = http::Response::new(body.freeze());
    *told.status_mut() = status;
    Ok(told)
}

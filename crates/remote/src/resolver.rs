//! Resolves names to addresses that may be connected to.

use std::{net::SocketAddr, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::public::is_public;

/// A name has no public address.
#[derive(Debug, thiserror::Error)]
#[error("no public address")]
pub struct OnlyPrivate;

/// The system's resolver, of whose answers only public addresses are told.
#[derive(Debug)]
pub struct Resolver {
    /// Names of which all are told.
    named: Arc<[String]>,
}

impl Resolver {
    /// One that tells all addresses of these names.
    pub fn new(named: Arc<[String]>) -> Self {
        Self { named }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let any = self.named.iter().any(|named| named.eq_ignore_ascii_case(name.as_str()));
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| any || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(OnlyPrivate.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

//! Under which address the client reached us, and from which. Forwarded headers count only where a trusted proxy wrote them.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use flaneur_api::{ApiError, ClientAddress, PublicUrl};
use http::{HeaderMap, header};
use ipnet::IpNet;

/// How to find the address.
#[derive(Debug)]
pub struct Addressing {
    /// The address the operator set.
    pub fixed: Option<String>,
    /// Proxies whose forwarded headers count.
    pub trusted: Vec<IpNet>,
}

/// Notes both addresses in the request's extensions.
pub async fn address(State(addressing): State<Arc<Addressing>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let url = match &addressing.fixed {
        Some(url) => Some(url.clone()),
        None => reached(request.headers(), request.uri(), peer, &addressing.trusted),
    };
    if let Some(client) = client(request.headers(), peer, &addressing.trusted) {
        request.extensions_mut().insert(ClientAddress(client));
    }
    let Some(url) = url else {
        return ApiError::bad_request("the request needs a Host header that names this server").into_response();
    };
    request.extensions_mut().insert(flaneur_tiler::PublicUrl(url.clone()));
    request.extensions_mut().insert(PublicUrl(url));
    next.run(request).await
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address.to_canonical()))
}

/// Where the request comes from: the last address that no proxy of ours has. What was forwarded from before is whatever
/// somebody wrote.
fn client(headers: &HeaderMap, peer: Option<SocketAddr>, trusted: &[IpNet]) -> Option<IpAddr> {
    let mut client = peer?.ip();
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    for hop in hops.iter().rev() {
        if !is_trusted(client, trusted) {
            break;
        }
        // Some write a port behind it.
        let address = hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
        let Some(address) = address else { break };
        client = address;
    }
    Some(client.to_canonical())
}

fn reached(headers: &HeaderMap, uri: &http::Uri, peer: Option<SocketAddr>, trusted: &[IpNet]) -> Option<String> {
    let by_proxy = peer.is_some_and(|peer| is_trusted(peer.ip(), trusted));
    let forwarded = |name: &str| {
        let value = headers.get(name).filter(|_| by_proxy)?.to_str().ok()?;
        // The nearest proxy writes last.
        value.rsplit(',').next().map(|last| last.trim().to_owned())
    };
    let host = match forwarded("x-forwarded-host") {
        Some(host) => host,
        None => match headers.get(header::HOST) {
            Some(host) => host.to_str().ok()?.to_owned(),
            None => uri.authority()?.to_string(),
        },
    };
    let scheme = forwarded("x-forwarded-proto").filter(|scheme| scheme == "https").map_or("http", |_| "https");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    (!host.is_empty() && host.len() <= 255 && host.bytes().all(plain)).then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(headers: &[(&'static str, &'static str)], peer: &str) -> Option<String> {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)))
            .collect();
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        reached(&headers, &http::Uri::from_static("/"), Some(SocketAddr::new(peer.parse().unwrap(), 1)), &trusted)
    }

    #[test]
    fn forwarded_headers_count_only_from_trusted_proxies() {
        let headers = [("host", "inner:8080"), ("x-forwarded-host", "street.example"), ("x-forwarded-proto", "https")];
        assert_eq!(seen(&headers, "10.1.2.3").as_deref(), Some("https://street.example"));
        assert_eq!(seen(&headers, "192.0.2.1").as_deref(), Some("http://inner:8080"));
        assert_eq!(seen(&headers, "::ffff:10.1.2.3").as_deref(), Some("https://street.example"));
    }

    #[test]
    fn a_client_is_who_no_proxy_of_ours_is() {
        let from = |peer: &str, lines: &[&'static str]| {
            let lines =
                lines.iter().map(|line| (http::HeaderName::from_static("x-forwarded-for"), line.parse().unwrap()));
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.append(name, value);
            }
            let peer = SocketAddr::new(peer.parse().unwrap(), 1);
            client(&headers, Some(peer), &["10.0.0.0/8".parse().unwrap()]).unwrap().to_string()
        };
        assert_eq!(from("192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(from("192.0.2.1", &["203.0.113.9"]), "192.0.2.1", "anybody can write that");
        assert_eq!(from("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(from("::ffff:10.0.0.1", &["198.51.100.1, 203.0.113.9", "10.0.0.2"]), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["198.51.100.1, [2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(from("10.0.0.1", &["unknown"]), "10.0.0.1");
    }

    #[test]
    fn a_host_that_is_none_is_refused() {
        for host in ["", "a b", "evil.example/<script>", "x@y"] {
            assert_eq!(seen(&[("host", host)], "192.0.2.1"), None, "{host}");
        }
        assert_eq!(seen(&[], "192.0.2.1"), None);
        assert_eq!(seen(&[("host", "[::1]:80")], "::1").as_deref(), Some("http://[::1]:80"));
    }
}

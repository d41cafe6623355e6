//! What every listener for the public has in common: where it listens, and what applies to all requests.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Result, bail};
use axum::{Router, extract::Request};
use tokio::net::TcpListener;
use tower::Layer as _;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    normalize_path::{NormalizePath, NormalizePathLayer},
};

use flaneur_catalog::world::World;
use flaneur_storage::ObjectKind;

use super::{
    proxy::{self, Addressing},
    requests,
};
use crate::options::Front;

/// What answers on a listener.
pub type App = NormalizePath<Router>;

/// Listens. `option` is what the address came from.
pub async fn listen(address: SocketAddr, option: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow::anyhow!("{address} is taken: stop what listens there, or choose another address with {option}")
        }
        std::io::ErrorKind::PermissionDenied => {
            anyhow::anyhow!("listening on {address} is not permitted: choose a port above 1023 with {option}")
        }
        _ => anyhow::Error::new(error).context(format!("cannot listen on {address}")),
    })
}

/// How requests say under which address they reached us.
pub fn addressing(front: &Front) -> Result<Arc<Addressing>> {
    let fixed = front.public_url.as_deref().map(public_url).transpose()?;
    Ok(Arc::new(Addressing { fixed, trusted: front.trusted_proxies.clone() }))
}

/// Checks the instance's address; answers it without a trailing slash.
pub fn public_url(text: &str) -> Result<String> {
    let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url.filter(|url| url.path() == "/" && url.query().is_none()) else {
        bail!("--public-url needs an address such as https://street.example.org, without a path");
    };
    Ok(url.origin().ascii_serialization())
}

/// How hard answers are compressed, of 9 where gzip does it. Each is compressed for one reader: at the usual
/// level, 6, gzip takes much longer for little less, and zstd comes out no smaller at higher levels than at this one.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(3);

/// Routes with what applies to all of them.
pub fn app(routes: Router, addressing: Arc<Addressing>, world: World) -> App {
    let router = routes
        .layer(axum::middleware::from_fn_with_state(addressing, proxy::address))
        .layer(axum::middleware::map_response(weaken_tag))
        .layer(CompressionLayer::new().quality(COMPRESSION).compress_when(worth_it()))
        .layer(axum::middleware::map_request(only_named_encodings))
        .layer(CatchPanicLayer::custom(flaneur_api::panicked))
        // Around everything, so that what goes wrong anywhere is told under the request's id.
        .layer(axum::middleware::from_fn_with_state(world, requests::follow));
    plain(router)
}

/// What is compressed: not what is already, such as pictures, files of the dataset, and archives of pictures.
fn worth_it() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new(ObjectKind::Dataset.media_type()))
        .and(NotForContentType::const_new("application/x-tar"))
}

/// Routes without any of it: for the operator.
pub fn plain(router: Router) -> App {
    // Some clients put a slash at the end of every path.
    NormalizePathLayer::trim_trailing_slash().layer(router)
}

/// `*` in Accept-Encoding means "whatever you like"; clients that send it cannot always decode what one likes. And who forbids
/// `identity` would be refused after all was done, where nothing else is to be had.
async fn only_named_encodings(mut request: Request) -> Request {
    let headers = request.headers_mut();
    let wild = headers
        .get_all(http::header::ACCEPT_ENCODING)
        .iter()
        .any(|value| value.to_str().is_ok_and(|text| text.contains('*') || text.contains("identity")));
    if wild {
        headers.remove(http::header::ACCEPT_ENCODING);
    }
    request
}

/// A compressed answer is equivalent to the plain one, but not the same bytes: its entity tag is a weak one.
async fn weaken_tag<B>(mut response: http::Response<B>) -> http::Response<B> {
    let headers = response.headers_mut();
    if headers.contains_key(http::header::CONTENT_ENCODING)
        && let Some(tag) = headers.get(http::header::ETAG).and_then(|tag| tag.to_str().ok())
        && !tag.starts_with("W/")
        && let Ok(weak) = http::HeaderValue::from_str(&format!("W/{tag}"))
    {
        headers.insert(http::header::ETAG, weak);
    }
    response
}

//! A login provider on this machine that says whatever a test wants it to say.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode},
};
use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD as URL};
use flaneur_login::{OidcSettings, OsmSettings, Provider};
use jsonwebtoken::EncodingKey;
use openidconnect::{JsonWebKeyId, PrivateSigningKey as _, core::CoreEdDsaPrivateSigningKey};
use serde_json::{Value, json};

/// Under what the provider knows us.
pub const CLIENT: &str = "flaneur";
/// Where it sends people back to.
pub const REDIRECT: &str = "https://pics.example.org/api/auth/redirect";

/// What the provider says.
#[derive(Clone)]
pub struct Says {
    pub url: String,
    pub metadata: Value,
    pub claims: Value,
    pub user_info: Value,
    /// What its statements are signed with, and what it says they are.
    pub signer: u8,
    pub key: u8,
    pub key_id: &'static str,
    pub algorithm: &'static str,
    /// Whether there is a statement at all.
    pub statement: bool,
    /// In place of tokens: status and body.
    pub token_answer: Option<(u16, String)>,
    /// In place of a user of OpenStreetMap.
    pub details: Option<(u16, String)>,
}

impl Says {
    /// What is right.
    pub fn truth(url: String) -> Self {
        let metadata = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "userinfo_endpoint": format!("{url}/userinfo"),
            "jwks_uri": format!("{url}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
        });
        let claims = json!({
            "iss": url, "sub": "ada-1", "aud": CLIENT, "nonce": "n".repeat(43), "preferred_username": "ada",
            "iat": 1_700_000_000_u64, "exp": 9_000_000_000_u64,
        });
        Self {
            user_info: json!({ "sub": "ada-1" }),
            url,
            metadata,
            claims,
            signer: 1,
            key: 1,
            key_id: "first",
            algorithm: "EdDSA",
            statement: true,
            token_answer: None,
            details: None,
        }
    }

    fn id_token(&self) -> String {
        let header = json!({ "alg": self.algorithm, "kid": self.key_id });
        let head = format!("{}.{}", URL.encode(header.to_string()), URL.encode(self.claims.to_string()));
        let signature = match self.algorithm {
            "none" => String::new(),
            "HS256" => jsonwebtoken::crypto::sign(
                head.as_bytes(),
                &EncodingKey::from_secret(b"secret"),
                jsonwebtoken::Algorithm::HS256,
            )
            .unwrap(),
            _ => {
                let algorithm = openidconnect::core::CoreJwsSigningAlgorithm::EdDsa;
                URL.encode(key(self.signer, self.key_id).sign(&algorithm, head.as_bytes()).unwrap())
            }
        };
        format!("{head}.{signature}")
    }
}

/// The key of a seed.
fn key(seed: u8, id: &str) -> CoreEdDsaPrivateSigningKey {
    // PKCS #8 of a key of Ed25519 (RFC 8410): nothing but its 32 bytes changes.
    let mut der = vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    der.extend([seed; 32]);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(der));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(id.to_owned()))).unwrap()
}

struct Shared {
    says: Mutex<Says>,
    /// Paths that were asked for.
    asked: Mutex<Vec<String>>,
    /// The last request for tokens: its form, and `authorization`.
    token_request: Mutex<HashMap<String, String>>,
}

/// The provider.
pub struct Town {
    shared: Arc<Shared>,
    url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Town {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            says: Mutex::new(Says::truth(url.clone())),
            asked: Mutex::default(),
            token_request: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { shared, url, task }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Has it say something else from now on.
    pub fn says(&self, change: impl FnOnce(&mut Says)) {
        change(&mut lock(&self.shared.says));
    }

    pub fn count(&self, path: &str) -> usize {
        lock(&self.shared.asked).iter().filter(|asked| *asked == path).count()
    }

    pub fn token_request(&self) -> HashMap<String, String> {
        lock(&self.shared.token_request).clone()
    }

    pub fn oidc(&self, secret: Option<&str>) -> Provider {
        oidc_at(&self.url, secret)
    }

    pub fn osm(&self) -> Provider {
        let (client_id, client_secret) = (CLIENT.to_owned(), Some("secret".to_owned()));
        Provider::osm(OsmSettings { base: format!("{}/", self.url), client_id, client_secret, name: None }).unwrap()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub fn oidc_at(url: &str, secret: Option<&str>) -> Provider {
    let client_secret = secret.map(str::to_owned);
    let (issuer, client_id) = (url.to_owned(), CLIENT.to_owned());
    Provider::oidc(OidcSettings { issuer, client_id, client_secret, name: None, sign_out: true }).unwrap()
}

/// The parameters of an address.
pub fn query(address: &url::Url) -> HashMap<String, String> {
    address.query_pairs().into_owned().collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    lock(&shared.asked).push(path.clone());
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let authorization = parts.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    if path.ends_with("/token") {
        let mut sent: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
        sent.extend(authorization.clone().map(|value| ("authorization".to_owned(), value)));
        *lock(&shared.token_request) = sent;
    }
    let says = lock(&shared.says).clone();
    let bearer = authorization.as_deref() == Some("Bearer access");
    let (status, body) = match path.as_str() {
        "/.well-known/openid-configuration" => (200, says.metadata.to_string()),
        "/keys" => {
            let key = key(says.key, says.key_id).as_verification_key();
            (200, json!({ "keys": [key] }).to_string())
        }
        "/token" | "/oauth2/token" => says.token_answer.clone().unwrap_or_else(|| {
            let mut tokens = json!({ "access_token": "access", "token_type": "Bearer", "expires_in": 600 });
            if path == "/token" && says.statement {
                tokens["id_token"] = json!(says.id_token());
            }
            (200, tokens.to_string())
        }),
        "/userinfo" if bearer => (200, says.user_info.to_string()),
        "/api/0.6/user/details.json" if bearer => says.details.clone().unwrap_or_else(|| {
            let user = json!({ "id": 4711, "display_name": "Ada maps", "account_created": "2009-01-01T00:00:00Z" });
            (200, json!({ "version": "0.6", "user": user }).to_string())
        }),
        _ => (404, String::new()),
    };
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header("content-type", "application/json")
        .header("location", format!("{}/elsewhere", says.url))
        .body(Body::from(body))
        .unwrap()
}

//! Tokens: JSON Web Tokens, HS256, whose `sub` names a token of the catalog. Revoking is a matter of the catalog, so
//! that a token needs no expiry to be stopped.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use flaneur_catalog::model::TokenId;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
}

const ISSUER: &str = "flaneur";

/// Who issues notes: not who issues tokens, so that none is mistaken for the other.
const NOTARY: &str = "flaneur note";

#[derive(Serialize, Deserialize)]
struct Note<T> {
    iss: String,
    note: T,
}

/// Signs and checks tokens with the instance's secret.
pub struct TokenKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    note_validation: Validation,
}

impl TokenKey {
    /// With the instance's secret.
    pub fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["iss", "sub"]);
        let mut note_validation = Validation::new(Algorithm::HS256);
        note_validation.set_issuer(&[NOTARY]);
        note_validation.set_required_spec_claims(&["iss"]);
        let (encoding, decoding) = (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret));
        Self { encoding, decoding, validation, note_validation }
    }

    /// The JWT of a token.
    ///
    /// # Errors
    /// Only if signing itself fails, which HS256 with any secret does not.
    pub fn sign(&self, token: TokenId) -> jsonwebtoken::errors::Result<String> {
        let claims = Claims { iss: ISSUER.to_owned(), sub: token.to_string() };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
    }

    /// What stands for a text, the same each time, without telling it: its HMAC-SHA-256. It is mistaken for no token's
    /// signature, since what is signed of a token has no space in it.
    pub fn pseudonym(&self, text: &str) -> String {
        jsonwebtoken::crypto::sign(format!("pseudonym {text}").as_bytes(), &self.encoding, Algorithm::HS256)
            .unwrap_or_default()
    }

    /// A secret to share with somebody about one thing, 32 bytes: the same each time, and no help to find another. What is signed
    /// of a token has no space in it, so that it is no token's signature either.
    pub fn secret_of(&self, what: &str, id: Uuid) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(self.secret_text_of(what, id)).unwrap_or_default()
    }

    /// The same as text: 43 letters and digits that are safe in a URL.
    pub fn secret_text_of(&self, what: &str, id: Uuid) -> String {
        jsonwebtoken::crypto::sign(format!("secret {what} {id}").as_bytes(), &self.encoding, Algorithm::HS256)
            .unwrap_or_default()
    }

    /// A note that a browser keeps for us, signed. It can be read by whoever has it, and not be changed. How long it holds is
    /// for the note itself to say.
    pub fn note<T: Serialize>(&self, note: T) -> Option<String> {
        let note = Note { iss: NOTARY.to_owned(), note };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &note, &self.encoding).ok()
    }

    /// A note of ours, as it was given away.
    pub fn read_note<T: DeserializeOwned>(&self, text: &str) -> Option<T> {
        let data = jsonwebtoken::decode::<Note<T>>(text, &self.decoding, &self.note_validation).ok()?;
        Some(data.claims.note)
    }

    /// The token a JWT names, if we signed it.
    pub fn verify(&self, jwt: &str) -> Option<TokenId> {
        let data = jsonwebtoken::decode::<Claims>(jwt, &self.decoding, &self.validation).ok()?;
        data.claims.sub.parse().ok()
    }
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_tells_nothing() {
        let (one, other) = (TokenKey::new(b"one secret"), TokenKey::new(b"another secret"));
        let text = one.pseudonym("192.0.2.1");
        assert_eq!((text.len(), &text), (43, &one.pseudonym("192.0.2.1")));
        assert_ne!(text, one.pseudonym("192.0.2.2"));
        assert_ne!(text, other.pseudonym("192.0.2.1"));
    }

    #[test]
    fn a_note_comes_back_as_it_was_given() {
        let key = TokenKey::new(b"one secret");
        let note = key.note(("/upload", 7)).unwrap();
        assert_eq!(key.read_note(&note), Some(("/upload".to_owned(), 7)));
        assert_eq!(TokenKey::new(b"another secret").read_note::<(String, u8)>(&note), None);
        assert_eq!(key.verify(&note), None, "a note is no token");
        let token = key.sign(TokenId(Uuid::from_u128(7))).unwrap();
        assert_eq!(key.read_note::<(String, u8)>(&token), None, "a token is no note");
    }

    #[test]
    fn only_our_own_signature_counts() {
        let id = TokenId(Uuid::from_u128(7));
        let key = TokenKey::new(b"one secret");
        let jwt = key.sign(id).unwrap();
        assert_eq!(key.verify(&jwt), Some(id));
        assert_eq!(TokenKey::new(b"another secret").verify(&jwt), None);
        let (head, _) = jwt.rsplit_once('.').unwrap();
        assert_eq!(key.verify(&format!("{head}.")), None, "no signature");
        let none =
            "eyJhbGciOiJub25lIn0.eyJpc3MiOiJmbGFuZXVyIiwic3ViIjoiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDA3In0.";
        assert_eq!(key.verify(none), None, "algorithm none");
    }
}

//! Encrypts to keys that the server does not have ([age](https://age-encryption.org), X25519), and decrypts with them where
//! they are: originals in backups, and what redactions removed.
#![forbid(unsafe_code)]

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    str::FromStr,
};

use age::secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};

/// Most bytes that are decrypted: the largest file that the server accepts.
const LARGEST: u64 = 2000 << 20;

/// What a key cannot do, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SealError(String);

/// Result of what is done with keys.
pub type Result<T> = std::result::Result<T, SealError>;

/// The operator's public keys, `age1…`.
#[derive(Clone, Default)]
pub struct Recipients(Vec<age::x25519::Recipient>);

impl std::fmt::Debug for Recipients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(ToString::to_string)).finish()
    }
}

impl Recipients {
    /// Reads public keys.
    pub fn parse<T: AsRef<str>>(keys: &[T]) -> Result<Self> {
        let parse = |key: &T| {
            let key = key.as_ref().trim();
            age::x25519::Recipient::from_str(key).map_err(|why| {
                SealError(format!(
                    "`{key}` is no age recipient ({why}): make a key with `age-keygen`, and give its public part, age1…"
                ))
            })
        };
        keys.iter().map(parse).collect::<Result<_>>().map(Self)
    }

    /// Whether there are none: originals are left out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A name for just these keys.
    pub fn fingerprint(&self) -> String {
        let mut keys: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        keys.sort();
        let mut name = String::new();
        for byte in &Sha256::digest(keys.join("\n"))[..8] {
            // Writing to a text cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        name
    }

    /// Encrypts bytes to every one of the keys.
    pub fn encrypt(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let keys = self.0.iter().map(|key| key as &dyn age::Recipient);
        let failed = |why: &dyn std::fmt::Display| SealError(format!("nothing can be encrypted to this key: {why}"));
        let encryptor = age::Encryptor::with_recipients(keys).map_err(|error| failed(&error))?;
        let mut writer = encryptor.wrap_output(Vec::new()).map_err(|error| failed(&error))?;
        writer.write_all(bytes).map_err(|error| failed(&error))?;
        writer.finish().map_err(|error| failed(&error))
    }
}

/// A new key. Its randomness is the system's: no test may know a private key.
pub struct NewKey {
    /// The public part, `age1…`.
    pub recipient: String,
    identity: age::x25519::Identity,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the private key of {}", self.recipient)
    }
}

impl NewKey {
    /// Makes a key.
    pub fn generate() -> Self {
        let identity = age::x25519::Identity::generate();
        Self { recipient: identity.to_public().to_string(), identity }
    }

    /// The private part, as the file that [`Identities::parse`] reads and `age-keygen` writes.
    pub fn file(&self) -> String {
        format!("# public key: {}\n{}\n", self.recipient, self.identity.to_string().expose_secret())
    }
}

/// The operator's private keys, from a file that `age-keygen` made.
#[derive(Clone, Default)]
pub struct Identities(Vec<age::x25519::Identity>);

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} private keys", self.0.len())
    }
}

impl Identities {
    /// Reads private keys: lines of `AGE-SECRET-KEY-1…`; others are comments.
    pub fn parse(text: &str) -> Result<Self> {
        let keys = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let parse = |line: &str| {
            // What is wrong with a key is not said: the text is secret.
            age::x25519::Identity::from_str(line)
                .map_err(|_| SealError("the file of private keys has a line that is no AGE-SECRET-KEY-1…".to_owned()))
        };
        let keys: Vec<_> = keys.map(parse).collect::<Result<_>>()?;
        if keys.is_empty() {
            return Err(SealError("the file of private keys has none".to_owned()));
        }
        Ok(Self(keys))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Decrypts what was encrypted to one of the keys.
    pub fn decrypt(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let failed = |why: &dyn std::fmt::Display| {
            SealError(format!("what was encrypted cannot be decrypted with this key: {why}"))
        };
        let decryptor = age::Decryptor::new(bytes).map_err(|error| failed(&error))?;
        let keys = self.0.iter().map(|key| key as &dyn age::Identity);
        let reader = decryptor.decrypt(keys).map_err(|error| failed(&error))?;
        let mut plain = Vec::new();
        reader.take(LARGEST).read_to_end(&mut plain).map_err(|error| failed(&error))?;
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_key_opens() {
        let [mine, other] = [age::x25519::Identity::generate(), age::x25519::Identity::generate()];
        let recipients = Recipients::parse(&[mine.to_public().to_string()]).unwrap();
        let sealed = recipients.encrypt(b"an original").unwrap();
        assert!(!sealed.windows(8).any(|part| part == b"original"));
        let file = |key: &age::x25519::Identity| {
            Identities::parse(&format!("# made today\n{}\n", key.to_string().expose_secret())).unwrap()
        };
        assert_eq!(file(&mine).decrypt(&sealed).unwrap(), b"an original");
        assert!(file(&other).decrypt(&sealed).unwrap_err().to_string().contains("cannot be decrypted"));
        let mut spoiled = sealed.clone();
        *spoiled.last_mut().unwrap() ^= 1;
        assert!(file(&mine).decrypt(&spoiled).is_err());
        let both = Recipients::parse(&[mine.to_public().to_string(), other.to_public().to_string()]).unwrap();
        assert_ne!(both.fingerprint(), recipients.fingerprint());
        assert_eq!(file(&other).decrypt(&both.encrypt(b"x").unwrap()).unwrap(), b"x");
    }

    #[test]
    fn a_new_key_opens_what_is_sealed_to_it() {
        let key = NewKey::generate();
        let sealed = Recipients::parse(&[&key.recipient]).unwrap().encrypt(b"x").unwrap();
        assert_eq!(Identities::parse(&key.file()).unwrap().decrypt(&sealed).unwrap(), b"x");
        assert!(!format!("{key:?}").contains("SECRET"));
    }

    #[test]
    fn what_is_no_key_is_explained() {
        assert!(Recipients::parse(&["age1nonsense"]).unwrap_err().to_string().contains("age-keygen"));
        assert!(Identities::parse("# nothing\n").is_err());
        let wrong = Identities::parse("AGE-SECRET-KEY-1NONSENSE").unwrap_err().to_string();
        assert!(!wrong.contains("NONSENSE"), "{wrong}");
    }
}

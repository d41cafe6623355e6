//! A typed client of the API, generated from `docs/openapi.json` by `scripts/client.sh`.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = flaneur_client::HttpClient::new().with_base_url("https://pictures.example.org/api");
//! let found = client.get_search_builder().bbox("2.2,48.8,2.5,48.9").limit(100).send().await?;
//! for item in found.features {
//!     println!("{} {} {}", item.id, item.properties.license, item.assets.hd.href);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A method is named after the method and path of what it asks for, as in `get_collections_id_items`; one with parameters
//! that may be left out has a second one, `…_builder`. An answer is read to its end before it is given back, up to 64 MiB
//! ([`HttpClient::with_max_response_body_bytes`]); files and lines have a third one, `…_binary_stream`. Nothing is tried
//! twice, and nothing has a time limit but what the [`reqwest::Client`] has that [`HttpClient::with_client`] is given.
#![forbid(unsafe_code)]

#[expect(
    missing_docs,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    reason = "it is written by a generator, for which lints are no concern"
)]
mod generated;

pub use generated::*;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sha2::{Digest, Sha256};

    /// The generator is not run by tests; but what it was given is known by its hash.
    #[test]
    fn it_is_generated_from_what_is_in_the_repository() {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let mut files = Vec::new();
        for line in include_str!("generated/mod.rs").lines() {
            let Some(source) = line.strip_prefix("//! SHA-256 ") else { continue };
            let (hash, file) = source.split_once(' ').unwrap();
            let bytes = std::fs::read(repository.join(file)).unwrap();
            let now = Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
            assert_eq!(hash, now, "{file} has changed: run scripts/client.sh");
            files.push(file);
        }
        let given = ["docs/openapi.json", "examples/rust/client/openapi-to-rust.toml", "scripts/client/simplify.py"];
        assert_eq!(files, given);
    }
}

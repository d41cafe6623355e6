//! Originals in a backup: encrypted to keys that the server does not have.

pub use flaneur_seal::{Identities, Recipients};

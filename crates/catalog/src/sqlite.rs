//! SQLite behind the repository traits.

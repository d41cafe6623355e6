//! What every benchmark needs: processor time and memory of a server, databases, the reference server, simulated catalogs, and
//! a table that says what it was measured on.
#![forbid(unsafe_code)]

pub mod cpu;
#[cfg(any(feature = "queue", feature = "intake", feature = "read"))]
pub mod database;
#[cfg(feature = "read")]
pub mod filling;
pub mod memory;
#[cfg(feature = "reference")]
pub mod reference;
#[cfg(feature = "read")]
pub mod simulated;
pub mod table;

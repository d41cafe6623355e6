//! What every benchmark needs: processor time of a server, and a table that says what it was measured on.
#![forbid(unsafe_code)]

pub mod cpu;
pub mod table;

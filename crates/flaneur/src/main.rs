//! The flaneur command.
fn main() {}

//! Pixels out of coefficients: exactly those that a browser shows, for any rectangle and at reduced size.

pub(crate) mod colour;
pub(crate) mod idct;
pub(crate) mod perspective;
pub(crate) mod region;
pub(crate) mod scaled;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod upsample;

//! Flat views out of panoramas.

//! The HTTP API: upload, STAC, pictures, accounts.

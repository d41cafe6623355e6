//! Drives the built binary from outside with real clients.

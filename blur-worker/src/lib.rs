//! Takes jobs: detects, redacts, derives, dispatches.

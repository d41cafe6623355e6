//! Domain types, repository traits, the job queue, and the SQLite implementation.

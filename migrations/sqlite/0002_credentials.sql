-- What lets someone act for an account. Secrets are kept as SHA-256 only.
CREATE TABLE tokens (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB REFERENCES accounts (id),
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tokens_by_account ON tokens (account_id, created_at);

CREATE TABLE invites (
    code_sha256 BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    admin INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    redeemed_at INTEGER
) STRICT;

CREATE TABLE sessions (
    secret_sha256 BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account_id);

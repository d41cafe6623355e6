-- What lets someone act for an account. Secrets are kept as SHA-256 only.
CREATE TABLE tokens (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID REFERENCES accounts (id),
    description TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX tokens_by_account ON tokens (account_id, created_at);

CREATE TABLE invites (
    code_sha256 BYTEA NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    admin BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    redeemed_at BIGINT
);

CREATE TABLE sessions (
    secret_sha256 BYTEA NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);

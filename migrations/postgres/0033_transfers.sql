-- Sequences that are being brought here from other instances, or were. Each has a job of the kind `transfer`; what comes lies in an
-- upload set of the same identifier.
CREATE TABLE transfers (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    location TEXT NOT NULL,
    sequence_id UUID NOT NULL,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('waiting', 'running', 'finished', 'failed')),
    wanted BIGINT,
    taken BIGINT NOT NULL DEFAULT 0,
    left_out BIGINT NOT NULL DEFAULT 0,
    message TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX transfers_by_account ON transfers (account_id, created_at, id);
CREATE UNIQUE INDEX transfers_open ON transfers (sequence_id) WHERE status IN ('waiting', 'running');

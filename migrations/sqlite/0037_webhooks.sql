-- Programs elsewhere that are told what changes. `told` is the last line of the change log that was told or is of no interest
-- there. `due_at` is when it may be told again: somebody who tells it (`holder`) moves it on, so that nobody else does meanwhile.
CREATE TABLE webhooks (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    address TEXT NOT NULL,
    kinds TEXT NOT NULL,
    told INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    holder BLOB,
    attempts INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    message TEXT,
    stopped INTEGER NOT NULL DEFAULT FALSE,
    delivered_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_by_account ON webhooks (account_id, created_at, id);
CREATE INDEX webhooks_due ON webhooks (due_at) WHERE NOT stopped;

-- Programs elsewhere that are told what changes. `told` is the last line of the change log that was told or is of no interest
-- there. `due_at` is when it may be told again: somebody who tells it (`holder`) moves it on, so that nobody else does meanwhile.
CREATE TABLE webhooks (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    address TEXT NOT NULL,
    kinds TEXT NOT NULL,
    told BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    holder UUID,
    attempts BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    message TEXT,
    stopped BOOLEAN NOT NULL DEFAULT FALSE,
    delivered_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhooks_by_account ON webhooks (account_id, created_at, id);
CREATE INDEX webhooks_due ON webhooks (due_at) WHERE NOT stopped;

-- A kind of job more: `redact` redacts a published picture again. The table is made anew with the list that has it.
CREATE TABLE jobs_of_more_kinds (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('dispatch', 'refresh', 'destroy', 'redact', 'process')),
    subject BLOB NOT NULL,
    account_id BLOB,
    status TEXT NOT NULL CHECK (status IN ('queued', 'delayed', 'leased', 'dead')),
    turn INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    attempts INTEGER NOT NULL DEFAULT 0,
    token BLOB,
    asked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    request TEXT,
    reason TEXT,
    parked INTEGER,
    UNIQUE (kind, subject),
    CHECK ((status = 'leased') = (token IS NOT NULL)),
    CHECK ((status = 'dead') = (parked IS NOT NULL))
) STRICT;

INSERT INTO jobs_of_more_kinds (
    id, kind, subject, account_id, status, turn, version, attempts, token, asked_at, due_at, request, reason, parked)
SELECT id, kind, subject, account_id, status, turn, version, attempts, token, asked_at, due_at, request, reason, parked
FROM jobs;

DROP TABLE jobs;
ALTER TABLE jobs_of_more_kinds RENAME TO jobs;
CREATE INDEX jobs_by_turn ON jobs (kind, turn, asked_at, id) WHERE status = 'queued';
CREATE INDEX jobs_by_account ON jobs (kind, account_id, turn) WHERE status <> 'dead';
CREATE INDEX jobs_delayed ON jobs (kind, due_at) WHERE status = 'delayed';
CREATE INDEX jobs_leased ON jobs (kind, due_at, turn) WHERE status = 'leased';
CREATE INDEX jobs_dead ON jobs (parked, id) WHERE status = 'dead';

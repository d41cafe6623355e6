-- Jobs in turn: every account has a queue of its own, and these are served one after another. `turn` is a job's place
-- over all of them, see sql/jobs.rs. A job that waits for its next try is `delayed` until `due_at`; one that is `queued`
-- may be taken at once; `leased` until `due_at`. `request` is the id of the request that asked for it.
CREATE TABLE jobs_in_turn (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('dispatch', 'refresh', 'destroy', 'process')),
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

-- What is there keeps its order; from now on, newcomers take turns with it.
INSERT INTO jobs_in_turn (id, kind, subject, account_id, status, turn, version, attempts, token, asked_at, due_at, reason, parked)
SELECT j.id, j.kind, j.subject,
    CASE j.kind
        WHEN 'dispatch' THEN (SELECT u.account_id FROM upload_sets u WHERE u.id = j.subject)
        WHEN 'refresh' THEN (SELECT s.account_id FROM sequences s WHERE s.id = j.subject)
        ELSE (SELECT p.account_id FROM pictures p WHERE p.id = j.subject)
    END,
    CASE WHEN j.status = 'queued' AND j.due_at > j.asked_at THEN 'delayed' ELSE j.status END,
    ROW_NUMBER() OVER (PARTITION BY j.kind ORDER BY j.asked_at, j.id),
    j.version, j.attempts, j.token, j.asked_at, j.due_at, j.reason, j.parked
FROM jobs j;

DROP TABLE jobs;
ALTER TABLE jobs_in_turn RENAME TO jobs;
CREATE INDEX jobs_by_turn ON jobs (kind, turn, asked_at, id) WHERE status = 'queued';
CREATE INDEX jobs_by_account ON jobs (kind, account_id, turn) WHERE status <> 'dead';
CREATE INDEX jobs_delayed ON jobs (kind, due_at) WHERE status = 'delayed';
CREATE INDEX jobs_leased ON jobs (kind, due_at, turn) WHERE status = 'leased';
CREATE INDEX jobs_dead ON jobs (parked, id) WHERE status = 'dead';

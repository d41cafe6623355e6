-- What is still to be done: at most one job of a kind for a subject. `due_at` is when it may be taken: the earliest
-- time while queued, the end of the lease while leased. `asked_at` is when it was last asked for, `version` how often.
-- `parked` numbers dead jobs in the order in which they were parked.
CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('dispatch', 'refresh', 'destroy', 'process')),
    subject BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'leased', 'dead')),
    version INTEGER NOT NULL DEFAULT 1,
    attempts INTEGER NOT NULL DEFAULT 0,
    token BLOB,
    asked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    reason TEXT,
    parked INTEGER,
    UNIQUE (kind, subject),
    CHECK ((status = 'leased') = (token IS NOT NULL)),
    CHECK ((status = 'dead') = (parked IS NOT NULL))
) STRICT;
CREATE INDEX jobs_by_due ON jobs (kind, due_at, id) WHERE status <> 'dead';
CREATE INDEX jobs_leased ON jobs (kind, due_at) WHERE status = 'leased';
CREATE INDEX jobs_dead ON jobs (parked, id) WHERE status = 'dead';

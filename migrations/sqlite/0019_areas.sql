-- Areas without pictures. Without an account they are the instance's, and hold for everybody's pictures; else they are an
-- account's own, and hold for its pictures only. `allowed` turns it round: of such areas there may be several, and what is
-- outside of all of them is excluded. The box is in degrees, `shape` is a MultiPolygon as WKB, see stored/shapes.rs;
-- `positions` is how many it has.
CREATE TABLE areas (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB REFERENCES accounts (id),
    allowed INTEGER NOT NULL,
    is_public INTEGER NOT NULL,
    west REAL NOT NULL,
    south REAL NOT NULL,
    east REAL NOT NULL,
    north REAL NOT NULL,
    positions INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    label TEXT,
    shape BLOB NOT NULL,
    CHECK (account_id IS NULL OR NOT (allowed OR is_public))
) STRICT;
CREATE INDEX areas_by_box ON areas (account_id, west, east, south, north, positions);
CREATE INDEX areas_allowed ON areas (account_id) WHERE allowed;

-- Where areas changed and published pictures are still to be looked at again, for an account, or (the nil id) for all:
-- in this box, after this spatial key and id. There is a job of the kind `areas` for each.
CREATE TABLE area_sweeps (
    owner BLOB NOT NULL PRIMARY KEY,
    west REAL NOT NULL,
    south REAL NOT NULL,
    east REAL NOT NULL,
    north REAL NOT NULL,
    after_quadkey INTEGER NOT NULL,
    after_id BLOB NOT NULL
) STRICT;

-- Because of which areas a published picture is shown to its owner and administrators only. The check stops a version that
-- knows nothing of areas from showing it.
ALTER TABLE pictures ADD COLUMN exclusion TEXT
    CHECK (exclusion IS NULL OR exclusion IN ('general', 'own') AND (audience IS NULL OR audience = 2));

-- A kind of job more: `areas`. The table is made anew with the list that has it.
CREATE TABLE jobs_of_more_kinds (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('areas', 'dispatch', 'refresh', 'destroy', 'redact', 'process')),
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

-- Accounts whose owners had them erased. The row stays, without a name, for what refers to it: edits of other people's pictures,
-- what was decided about reports.
ALTER TABLE accounts ADD COLUMN erased_at INTEGER;

-- The change log tells of it: a change of neither a picture nor a sequence is one of the account itself.
CREATE TRIGGER changes_of_accounts AFTER UPDATE OF erased_at ON accounts
WHEN OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
BEGIN
    INSERT INTO changes (at, kind, picture_id, sequence_id, account_id)
    VALUES (NEW.erased_at, 'deleted', NULL, NULL, NEW.id);
END;

-- The table of jobs is made anew without a list of their kinds: the program has it.
CREATE TABLE jobs_of_any_kind (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
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

INSERT INTO jobs_of_any_kind (
    id, kind, subject, account_id, status, turn, version, attempts, token, asked_at, due_at, request, reason, parked)
SELECT id, kind, subject, account_id, status, turn, version, attempts, token, asked_at, due_at, request, reason, parked
FROM jobs;

DROP TABLE jobs;
ALTER TABLE jobs_of_any_kind RENAME TO jobs;
CREATE INDEX jobs_by_turn ON jobs (kind, turn, asked_at, id) WHERE status = 'queued';
CREATE INDEX jobs_by_account ON jobs (kind, account_id, turn) WHERE status <> 'dead';
CREATE INDEX jobs_delayed ON jobs (kind, due_at) WHERE status = 'delayed';
CREATE INDEX jobs_leased ON jobs (kind, due_at, turn) WHERE status = 'leased';
CREATE INDEX jobs_dead ON jobs (parked, id) WHERE status = 'dead';

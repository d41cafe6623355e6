-- What is still to be done: at most one job of a kind for a subject. `queued` may be taken at once, in the order of
-- `turn` (see sql/jobs.rs); `delayed` waits until `due_at`; `leased` is held until `due_at`; `dead` is parked, `parked`
-- numbers these in the order in which they were. `asked_at` is when it was last asked for, `version` how often,
-- `request` the id of the request that did.
CREATE TABLE jobs (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('dispatch', 'refresh', 'destroy', 'process')),
    subject UUID NOT NULL,
    account_id UUID,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('queued', 'delayed', 'leased', 'dead')),
    turn BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    attempts BIGINT NOT NULL DEFAULT 0,
    token UUID,
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    request TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    parked BIGINT,
    UNIQUE (kind, subject),
    CHECK ((status = 'leased') = (token IS NOT NULL)),
    CHECK ((status = 'dead') = (parked IS NOT NULL))
) WITH (
    -- Rows come and go all the time: leave room to change them in place, and clear away what is dead early.
    fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX jobs_by_turn ON jobs (kind, turn, asked_at, id) WHERE status = 'queued';
CREATE INDEX jobs_by_account ON jobs (kind, account_id, turn) WHERE status <> 'dead';
CREATE INDEX jobs_delayed ON jobs (kind, due_at) WHERE status = 'delayed';
CREATE INDEX jobs_leased ON jobs (kind, due_at, turn) WHERE status = 'leased';
CREATE INDEX jobs_dead ON jobs (parked, id) WHERE status = 'dead';

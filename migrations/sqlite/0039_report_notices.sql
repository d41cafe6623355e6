-- What is told of reports by mail, where the operator has a server for it: the event, when it may be told (next), how often that
-- failed, and when it was. `due_at` is null when nothing is left to be told of it. Whoever tells it moves `due_at` on, so that
-- nobody else does meanwhile.
CREATE TABLE report_notices (
    report_id BLOB NOT NULL REFERENCES reports (id),
    place INTEGER NOT NULL,
    due_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    mailed_at INTEGER,
    PRIMARY KEY (report_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_notices_due ON report_notices (due_at) WHERE due_at IS NOT NULL;
-- How many an address got of late.
CREATE INDEX report_notices_mailed ON report_notices (mailed_at) WHERE mailed_at IS NOT NULL;

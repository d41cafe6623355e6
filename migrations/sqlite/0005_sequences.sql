-- Sequences with what is computed from their pictures. `lines` holds the track, see sqlite/lines.rs; it is the last
-- column because it is long and most queries do not need it. A row of status `deleted` is a tombstone.
CREATE TABLE sequences (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    upload_set_id BLOB NOT NULL REFERENCES upload_sets (id),
    place INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'ready', 'deleted')),
    visibility TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    nb_pictures INTEGER NOT NULL DEFAULT 0,
    west REAL,
    south REAL,
    east REAL,
    north REAL,
    first_captured_at INTEGER,
    last_captured_at INTEGER,
    length_m REAL NOT NULL DEFAULT 0,
    capture_date TEXT,
    projection TEXT,
    field_of_view REAL,
    focal_length REAL,
    accuracy REAL,
    pixel_density INTEGER,
    title TEXT NOT NULL,
    user_agent TEXT,
    camera TEXT,
    semantics TEXT NOT NULL,
    lines BLOB
) STRICT;
CREATE INDEX sequences_by_upload_set ON sequences (upload_set_id, place);
CREATE INDEX sequences_by_creation ON sequences (created_at, id) WHERE status = 'ready';
CREATE INDEX sequences_by_account ON sequences (account_id, created_at, id) WHERE status = 'ready';

-- Where sequences run: first keys of the tiles of zoom 14 that their tracks cross.
CREATE TABLE sequence_cells (
    cell INTEGER NOT NULL,
    sequence_id BLOB NOT NULL REFERENCES sequences (id),
    PRIMARY KEY (cell, sequence_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sequence_cells_by_sequence ON sequence_cells (sequence_id);

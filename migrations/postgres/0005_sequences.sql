-- Sequences with what is computed from their pictures. `lines` holds the track, see stored/lines.rs; it is the last
-- column because it is long and most queries do not need it. A row of status `deleted` is a tombstone.
CREATE TABLE sequences (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    upload_set_id UUID NOT NULL REFERENCES upload_sets (id),
    place BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('waiting', 'ready', 'deleted')),
    visibility TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    nb_pictures BIGINT NOT NULL DEFAULT 0,
    west DOUBLE PRECISION,
    south DOUBLE PRECISION,
    east DOUBLE PRECISION,
    north DOUBLE PRECISION,
    first_captured_at BIGINT,
    last_captured_at BIGINT,
    length_m DOUBLE PRECISION NOT NULL DEFAULT 0,
    capture_date TEXT COLLATE "C",
    projection TEXT COLLATE "C",
    field_of_view DOUBLE PRECISION,
    focal_length DOUBLE PRECISION,
    accuracy DOUBLE PRECISION,
    pixel_density BIGINT,
    title TEXT COLLATE "C" NOT NULL,
    user_agent TEXT COLLATE "C",
    camera JSON,
    semantics JSON NOT NULL,
    lines BYTEA
);
CREATE INDEX sequences_by_upload_set ON sequences (upload_set_id, place);
CREATE INDEX sequences_by_creation ON sequences (created_at, id) WHERE status = 'ready';
CREATE INDEX sequences_by_account ON sequences (account_id, created_at, id) WHERE status = 'ready';

-- Where sequences run: first keys of the tiles of zoom 14 that their tracks cross.
CREATE TABLE sequence_cells (
    cell BIGINT NOT NULL,
    sequence_id UUID NOT NULL REFERENCES sequences (id),
    PRIMARY KEY (cell, sequence_id)
);
CREATE INDEX sequence_cells_by_sequence ON sequence_cells (sequence_id);

-- Areas without pictures. Without an account they are the instance's, and hold for everybody's pictures; else they are an
-- account's own, and hold for its pictures only. `allowed` turns it round: of such areas there may be several, and what is
-- outside of all of them is excluded. The box is in degrees, `shape` is a MultiPolygon as WKB, see stored/shapes.rs;
-- `positions` is how many it has.
CREATE TABLE areas (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID REFERENCES accounts (id),
    allowed BOOLEAN NOT NULL,
    is_public BOOLEAN NOT NULL,
    west DOUBLE PRECISION NOT NULL,
    south DOUBLE PRECISION NOT NULL,
    east DOUBLE PRECISION NOT NULL,
    north DOUBLE PRECISION NOT NULL,
    positions BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    label TEXT COLLATE "C",
    shape BYTEA NOT NULL,
    CHECK (account_id IS NULL OR NOT (allowed OR is_public))
);
CREATE INDEX areas_by_box ON areas (account_id, west, east, south, north, positions);
CREATE INDEX areas_allowed ON areas (account_id) WHERE allowed;

-- Where areas changed and published pictures are still to be looked at again, for an account, or (the nil id) for all:
-- in this box, after this spatial key and id. There is a job of the kind `areas` for each.
CREATE TABLE area_sweeps (
    owner UUID NOT NULL PRIMARY KEY,
    west DOUBLE PRECISION NOT NULL,
    south DOUBLE PRECISION NOT NULL,
    east DOUBLE PRECISION NOT NULL,
    north DOUBLE PRECISION NOT NULL,
    after_quadkey BIGINT NOT NULL,
    after_id UUID NOT NULL
);

-- Because of which areas a published picture is shown to its owner and administrators only. The check stops a version that
-- knows nothing of areas from showing it. It holds for the rows that are there (the column is new), and need not read them.
ALTER TABLE pictures ADD COLUMN exclusion TEXT COLLATE "C";
ALTER TABLE pictures
    ADD CONSTRAINT pictures_exclusion_check
    CHECK (exclusion IS NULL OR exclusion IN ('general', 'own') AND (audience IS NULL OR audience = 2)) NOT VALID;

-- A kind of job more: `areas`.
ALTER TABLE jobs DROP CONSTRAINT jobs_kind_check;
ALTER TABLE jobs
    ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('areas', 'dispatch', 'refresh', 'destroy', 'redact', 'process'));

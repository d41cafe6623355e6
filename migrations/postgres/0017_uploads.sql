-- Files that come piece by piece (tus). Of `length` bytes `received` are there, in `parts` objects of the private storage.
-- Whoever makes the picture out of a file that is there holds it until `held_until`, by the clock of leases. `outcome` is
-- what the client was told in the end.
CREATE TABLE uploads (
    id UUID NOT NULL PRIMARY KEY,
    upload_set_id UUID NOT NULL REFERENCES upload_sets (id),
    account_id UUID NOT NULL REFERENCES accounts (id),
    picture_id UUID NOT NULL,
    length BIGINT NOT NULL,
    received BIGINT NOT NULL DEFAULT 0 CHECK (received <= length),
    parts BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    holder UUID,
    held_until BIGINT,
    file_name TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    outcome JSON
);
CREATE INDEX uploads_open ON uploads (account_id, expires_at) WHERE outcome IS NULL;
CREATE INDEX uploads_by_upload_set ON uploads (upload_set_id, created_at, id) WHERE outcome IS NULL;
CREATE INDEX uploads_full ON uploads (id) WHERE outcome IS NULL AND received = length;
CREATE INDEX uploads_by_expiry ON uploads (expires_at);

-- Their parts, named as their objects are.
CREATE TABLE upload_parts (
    name UUID NOT NULL PRIMARY KEY,
    upload_id UUID NOT NULL REFERENCES uploads (id),
    start BIGINT NOT NULL,
    size BIGINT NOT NULL
);
CREATE UNIQUE INDEX upload_parts_in_order ON upload_parts (upload_id, start);

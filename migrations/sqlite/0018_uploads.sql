-- Files that come piece by piece (tus). Of `length` bytes `received` are there, in `parts` objects of the private storage.
-- Whoever makes the picture out of a file that is there holds it until `held_until`, by the clock of leases. `outcome` is
-- what the client was told in the end.
CREATE TABLE uploads (
    id BLOB NOT NULL PRIMARY KEY,
    upload_set_id BLOB NOT NULL REFERENCES upload_sets (id),
    account_id BLOB NOT NULL REFERENCES accounts (id),
    picture_id BLOB NOT NULL,
    length INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0 CHECK (received <= length),
    parts INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    holder BLOB,
    held_until INTEGER,
    file_name TEXT NOT NULL,
    metadata TEXT NOT NULL,
    outcome TEXT
) STRICT;
CREATE INDEX uploads_open ON uploads (account_id, expires_at) WHERE outcome IS NULL;
CREATE INDEX uploads_by_upload_set ON uploads (upload_set_id, created_at, id) WHERE outcome IS NULL;
CREATE INDEX uploads_full ON uploads (id) WHERE outcome IS NULL AND received = length;
CREATE INDEX uploads_by_expiry ON uploads (expires_at);

-- Their parts, named as their objects are.
CREATE TABLE upload_parts (
    name BLOB NOT NULL PRIMARY KEY,
    upload_id BLOB NOT NULL REFERENCES uploads (id),
    start INTEGER NOT NULL,
    size INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX upload_parts_in_order ON upload_parts (upload_id, start);

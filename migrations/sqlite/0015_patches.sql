-- Sealed patches: what a redaction removed, encrypted to the operator's key, as objects of the private storage by their
-- keys. `covers` lists the ids of the redactions (detections included) whose removed coefficients it holds.
CREATE TABLE patches (
    key TEXT NOT NULL PRIMARY KEY,
    picture_id BLOB NOT NULL REFERENCES pictures (id),
    created_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    covers TEXT NOT NULL
) STRICT;
CREATE INDEX patches_by_picture ON patches (picture_id, created_at, key);

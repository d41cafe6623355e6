-- Sealed patches: what a redaction removed, encrypted to the operator's key, as objects of the private storage by their
-- keys. `covers` lists the ids of the redactions (detections included) whose removed coefficients it holds.
CREATE TABLE patches (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    picture_id UUID NOT NULL REFERENCES pictures (id),
    created_at BIGINT NOT NULL,
    size BIGINT NOT NULL,
    covers JSON NOT NULL
);
CREATE INDEX patches_by_picture ON patches (picture_id, created_at, key);

-- What was asked of a picture's redaction after it was published. `drawn`: somebody drew regions that are to be redacted
-- too. `detected`: a detection that somebody says is a false alarm; its id follows from the detection. `regions` counts the
-- outlines. The columns from `undo_state` on are a request to undo it.
CREATE TABLE redactions (
    id BLOB NOT NULL PRIMARY KEY,
    picture_id BLOB NOT NULL REFERENCES pictures (id),
    origin TEXT NOT NULL CHECK (origin IN ('drawn', 'detected')),
    class TEXT NOT NULL CHECK (class IN ('face', 'plate', 'other')),
    state TEXT NOT NULL CHECK (state IN ('asked', 'done', 'undone', 'refused')),
    regions INTEGER NOT NULL,
    asked_by BLOB,
    asked_at INTEGER NOT NULL,
    request TEXT,
    settled_at INTEGER,
    message TEXT,
    undo_state TEXT CHECK (undo_state IN ('asked', 'done')),
    undo_by BLOB,
    undo_at INTEGER,
    undo_reason TEXT,
    undo_request TEXT,
    outlines TEXT NOT NULL
) STRICT;
CREATE INDEX redactions_by_picture ON redactions (picture_id, asked_at, id);
CREATE INDEX redactions_to_undo ON redactions (undo_at, id) WHERE undo_state = 'asked';

-- Keys of public objects that a picture no longer has, and that are still to be removed. They are removed by whoever
-- holds the picture's `redact` job, so that none that comes back (equal content has equal keys) is removed after it did.
CREATE TABLE superseded (
    picture_id BLOB NOT NULL REFERENCES pictures (id),
    key TEXT NOT NULL,
    PRIMARY KEY (picture_id, key)
) STRICT, WITHOUT ROWID;

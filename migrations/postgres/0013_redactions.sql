-- What was asked of a picture's redaction after it was published. `drawn`: somebody drew regions that are to be redacted
-- too. `detected`: a detection that somebody says is a false alarm; its id follows from the detection. `regions` counts
-- the outlines. The columns from `undo_state` on are a request to undo it.
CREATE TABLE redactions (
    id UUID NOT NULL PRIMARY KEY,
    picture_id UUID NOT NULL REFERENCES pictures (id),
    origin TEXT COLLATE "C" NOT NULL CHECK (origin IN ('drawn', 'detected')),
    class TEXT COLLATE "C" NOT NULL CHECK (class IN ('face', 'plate', 'other')),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('asked', 'done', 'undone', 'refused')),
    regions BIGINT NOT NULL,
    asked_by UUID,
    asked_at BIGINT NOT NULL,
    request TEXT COLLATE "C",
    settled_at BIGINT,
    message TEXT COLLATE "C",
    undo_state TEXT COLLATE "C" CHECK (undo_state IN ('asked', 'done')),
    undo_by UUID,
    undo_at BIGINT,
    undo_reason TEXT COLLATE "C",
    undo_request TEXT COLLATE "C",
    outlines JSON NOT NULL
);
CREATE INDEX redactions_by_picture ON redactions (picture_id, asked_at, id);
CREATE INDEX redactions_to_undo ON redactions (undo_at, id) WHERE undo_state = 'asked';

-- Keys of public objects that a picture no longer has, and that are still to be removed. They are removed by whoever
-- holds the picture's `redact` job, so that none that comes back (equal content has equal keys) is removed after it did.
CREATE TABLE superseded (
    picture_id UUID NOT NULL REFERENCES pictures (id),
    key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (picture_id, key)
);

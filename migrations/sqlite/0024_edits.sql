-- What people changed, so that it can be read and undone. An edit is what one request did; its changes say of each picture,
-- annotation or sequence what it `was` and what it `became`: only the fields that changed, null where the annotation was not
-- there. The changes of what is deleted are forgotten with it.
CREATE TABLE edits (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    at INTEGER NOT NULL,
    undoes BLOB,
    undone_by BLOB,
    changes INTEGER NOT NULL,
    operation TEXT NOT NULL
) STRICT;
CREATE INDEX edits_by_account ON edits (account_id, at, id);

CREATE TABLE edit_changes (
    edit_id BLOB NOT NULL REFERENCES edits (id),
    place INTEGER NOT NULL,
    picture_id BLOB,
    annotation_id BLOB,
    sequence_id BLOB,
    was TEXT,
    became TEXT,
    PRIMARY KEY (edit_id, place),
    CHECK ((picture_id IS NULL) <> (sequence_id IS NULL)),
    CHECK (annotation_id IS NULL OR picture_id IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX edit_changes_by_picture ON edit_changes (picture_id, edit_id) WHERE picture_id IS NOT NULL;
CREATE INDEX edit_changes_by_sequence ON edit_changes (sequence_id, edit_id) WHERE sequence_id IS NOT NULL;

-- What an account lets others do, and how its pictures are shown if nothing is said; none: as the instance has it.
ALTER TABLE accounts ADD COLUMN collaborative_metadata INTEGER;
ALTER TABLE accounts ADD COLUMN default_visibility TEXT;

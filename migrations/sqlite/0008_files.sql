-- The files sent to a set, in the order of `id`. One line per name: a refused file gives way to a later one.
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    upload_set_id BLOB NOT NULL REFERENCES upload_sets (id),
    file_name TEXT NOT NULL,
    picture_id BLOB REFERENCES pictures (id),
    content_md5 TEXT,
    size INTEGER,
    inserted_at INTEGER NOT NULL,
    rejection TEXT
) STRICT;
CREATE UNIQUE INDEX files_by_name ON files (upload_set_id, file_name);
CREATE INDEX files_by_upload_set ON files (upload_set_id, id);
CREATE INDEX files_refused ON files (upload_set_id) WHERE picture_id IS NULL;
CREATE INDEX files_by_picture ON files (picture_id) WHERE picture_id IS NOT NULL;

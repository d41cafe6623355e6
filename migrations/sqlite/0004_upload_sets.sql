-- What contributors send in one go. `received` counts names of files that have come, refused ones included.
CREATE TABLE upload_sets (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    title TEXT NOT NULL,
    estimated_nb_files INTEGER,
    sort_method TEXT NOT NULL,
    no_split INTEGER NOT NULL,
    split_distance REAL,
    split_time REAL,
    no_deduplication INTEGER NOT NULL,
    duplicate_distance REAL,
    duplicate_rotation REAL,
    relative_heading REAL,
    visibility TEXT NOT NULL,
    user_agent TEXT,
    created_at INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    completed INTEGER NOT NULL DEFAULT FALSE,
    dispatched INTEGER NOT NULL DEFAULT FALSE,
    deleted INTEGER NOT NULL DEFAULT FALSE,
    semantics TEXT NOT NULL,
    metadata TEXT NOT NULL
) STRICT;
CREATE INDEX upload_sets_by_account ON upload_sets (account_id, created_at, id) WHERE NOT deleted;

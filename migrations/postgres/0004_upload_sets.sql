-- What contributors send in one go. `received` counts names of files that have come, refused ones included.
CREATE TABLE upload_sets (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    title TEXT COLLATE "C" NOT NULL,
    estimated_nb_files BIGINT,
    sort_method TEXT COLLATE "C" NOT NULL,
    no_split BOOLEAN NOT NULL,
    split_distance DOUBLE PRECISION,
    split_time DOUBLE PRECISION,
    no_deduplication BOOLEAN NOT NULL,
    duplicate_distance DOUBLE PRECISION,
    duplicate_rotation DOUBLE PRECISION,
    relative_heading DOUBLE PRECISION,
    visibility TEXT COLLATE "C" NOT NULL,
    user_agent TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    received BIGINT NOT NULL DEFAULT 0,
    completed BOOLEAN NOT NULL DEFAULT FALSE,
    dispatched BOOLEAN NOT NULL DEFAULT FALSE,
    deleted BOOLEAN NOT NULL DEFAULT FALSE,
    semantics JSON NOT NULL,
    metadata JSON NOT NULL
);
CREATE INDEX upload_sets_by_account ON upload_sets (account_id, created_at, id) WHERE NOT deleted;

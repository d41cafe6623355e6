-- Pictures. `quadkey` is the spatial key of the position. `audience` says in one number who may see the picture, so
-- that every read filters by the same column: 0 everybody, 1 whoever is signed in, 2 its owner and administrators
-- (the stricter of picture and sequence), NULL nobody, because it is not published. Long documents come last. A row of
-- status `deleted` is a tombstone.
CREATE TABLE pictures (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    upload_set_id BLOB NOT NULL REFERENCES upload_sets (id),
    sequence_id BLOB REFERENCES sequences (id),
    rank INTEGER,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'ready', 'broken', 'duplicate', 'deleted')),
    visibility TEXT NOT NULL CHECK (visibility IN ('anyone', 'logged-only', 'owner-only')),
    audience INTEGER,
    lon REAL NOT NULL,
    lat REAL NOT NULL,
    quadkey INTEGER NOT NULL,
    altitude REAL,
    accuracy REAL,
    captured_at INTEGER NOT NULL,
    captured_local TEXT NOT NULL,
    heading REAL,
    heading_computed INTEGER NOT NULL,
    pitch REAL,
    roll REAL,
    yaw REAL,
    projection TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    camera_make TEXT,
    camera_model TEXT,
    camera_artist TEXT,
    focal_length REAL,
    field_of_view REAL,
    file_name TEXT NOT NULL,
    content_md5 TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    claimed_blurred INTEGER NOT NULL,
    original TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    objects TEXT,
    exif TEXT NOT NULL,
    overrides TEXT NOT NULL,
    detections TEXT,
    CHECK (audience IS NULL OR (status = 'ready' AND sequence_id IS NOT NULL AND objects IS NOT NULL)),
    CHECK ((sequence_id IS NULL) = (rank IS NULL))
) STRICT;

-- The same bytes are kept once.
CREATE UNIQUE INDEX pictures_by_content ON pictures (content_sha256) WHERE status <> 'deleted';
CREATE INDEX pictures_by_upload_set ON pictures (upload_set_id, sequence_id, status, captured_at, id);
CREATE INDEX pictures_by_sequence ON pictures (sequence_id, rank, audience, account_id) WHERE sequence_id IS NOT NULL;

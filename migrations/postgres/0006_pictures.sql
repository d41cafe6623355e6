-- Pictures. `quadkey` is the spatial key of the position. `audience` says in one number who may see the picture, so
-- that every read filters by the same column: 0 everybody, 1 whoever is signed in, 2 its owner and administrators
-- (the stricter of picture and sequence), NULL nobody, because it is not published. Long documents come last. A row of
-- status `deleted` is a tombstone.
CREATE TABLE pictures (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    upload_set_id UUID NOT NULL REFERENCES upload_sets (id),
    sequence_id UUID REFERENCES sequences (id),
    rank BIGINT,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('waiting', 'ready', 'broken', 'duplicate', 'deleted')),
    visibility TEXT COLLATE "C" NOT NULL CHECK (visibility IN ('anyone', 'logged-only', 'owner-only')),
    audience BIGINT,
    lon DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    quadkey BIGINT NOT NULL,
    altitude DOUBLE PRECISION,
    accuracy DOUBLE PRECISION,
    captured_at BIGINT NOT NULL,
    captured_local TEXT COLLATE "C" NOT NULL,
    heading DOUBLE PRECISION,
    heading_computed BOOLEAN NOT NULL,
    pitch DOUBLE PRECISION,
    roll DOUBLE PRECISION,
    yaw DOUBLE PRECISION,
    projection TEXT COLLATE "C" NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    camera_make TEXT COLLATE "C",
    camera_model TEXT COLLATE "C",
    camera_artist TEXT COLLATE "C",
    focal_length DOUBLE PRECISION,
    field_of_view DOUBLE PRECISION,
    file_name TEXT COLLATE "C" NOT NULL,
    content_md5 TEXT COLLATE "C" NOT NULL,
    content_sha256 TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    claimed_blurred BOOLEAN NOT NULL,
    original TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    objects JSON,
    exif JSON NOT NULL,
    overrides JSON NOT NULL,
    detections JSON,
    CHECK (audience IS NULL OR (status = 'ready' AND sequence_id IS NOT NULL AND objects IS NOT NULL)),
    CHECK ((sequence_id IS NULL) = (rank IS NULL))
);

-- The same bytes are kept once.
CREATE UNIQUE INDEX pictures_by_content ON pictures (content_sha256) WHERE status <> 'deleted';
CREATE INDEX pictures_by_upload_set ON pictures (upload_set_id, sequence_id, status, captured_at, id);
CREATE INDEX pictures_by_sequence ON pictures (sequence_id, rank, audience, account_id) WHERE sequence_id IS NOT NULL;

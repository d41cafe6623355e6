-- Coverage tiles as they were last drawn for whoever is not signed in, and where something changed since. A tile is named
-- by its zoom level and its first key. Triggers note each change (a touch) in its own transaction, so that no path can
-- forget it; they only ever add lines, so that writers at one place do not wait for each other. A tile that was drawn
-- from the snapshot `seen` is true until a touch of it by a transaction that was not visible there. `takes` says that
-- something is gone or hidden, which must not be shown a moment longer. Tiles of the zoom levels 0 to 5 have the touches of
-- those of zoom 6 in them.
CREATE TABLE coverage_touches (
    zoom BIGINT NOT NULL,
    cell BIGINT NOT NULL,
    takes BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    txid XID8 NOT NULL DEFAULT pg_current_xact_id()
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX coverage_touches_by_cell ON coverage_touches (zoom, cell) INCLUDE (txid, takes);
CREATE INDEX coverage_touches_by_time ON coverage_touches (at);

CREATE TABLE coverage_tiles (
    zoom BIGINT NOT NULL,
    cell BIGINT NOT NULL,
    seen PG_SNAPSHOT NOT NULL,
    drawn_at BIGINT NOT NULL,
    tag TEXT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (zoom, cell)
);
-- It is compressed already.
ALTER TABLE coverage_tiles ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX coverage_tiles_by_time ON coverage_tiles (drawn_at);

-- The tiles of the zoom levels 6 to 15 that a sequence may be in. Its cells are of zoom 14: each has four
-- tiles of zoom 15. A tile of zoom z is 4^(30 - z) keys wide.
CREATE VIEW sequence_tiles AS
SELECT c.sequence_id, l.zoom, (c.cell + l.shift) - (c.cell + l.shift) % l.width AS cell
FROM sequence_cells c CROSS JOIN (VALUES
    (6::BIGINT, 281474976710656, 0::BIGINT), (7, 70368744177664, 0), (8, 17592186044416, 0), (9, 4398046511104, 0),
    (10, 1099511627776, 0), (11, 274877906944, 0), (12, 68719476736, 0), (13, 17179869184, 0), (14, 4294967296, 0),
    (15, 1073741824, 0), (15, 1073741824, 1073741824), (15, 1073741824, 2147483648), (15, 1073741824, 3221225472)
) AS l (zoom, width, shift);

-- For: does anybody see a picture of this sequence?
CREATE INDEX pictures_public ON pictures (sequence_id) WHERE audience = 0;

-- The track as maps of large areas draw it; none where it was not summed up since there are such.
ALTER TABLE sequences ADD COLUMN outline BYTEA;

CREATE FUNCTION touch_coverage_of_sequence() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO coverage_touches (zoom, cell, takes, at)
    SELECT DISTINCT t.zoom, t.cell,
        OLD.status = 'ready' AND (NEW.status, NEW.visibility) <> (OLD.status, OLD.visibility), NEW.updated_at
    FROM sequence_tiles t WHERE t.sequence_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER coverage_touches AFTER UPDATE OF
    status, visibility, account_id, camera, projection, capture_date, accuracy, pixel_density, lines ON sequences
FOR EACH ROW
WHEN ((OLD.status, OLD.visibility, OLD.account_id, OLD.camera::TEXT, OLD.projection, OLD.capture_date, OLD.accuracy,
        OLD.pixel_density, OLD.lines)
    IS DISTINCT FROM (NEW.status, NEW.visibility, NEW.account_id, NEW.camera::TEXT, NEW.projection, NEW.capture_date,
        NEW.accuracy, NEW.pixel_density, NEW.lines))
EXECUTE FUNCTION touch_coverage_of_sequence();

-- Once for all pictures of a statement: of a sequence that is hidden as a whole, each would look for another that is not.
CREATE FUNCTION touch_coverage_of_pictures() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO coverage_touches (zoom, cell, takes, at)
    SELECT l.zoom, k.quadkey - k.quadkey % l.width,
        bool_or(o.audience IS NOT DISTINCT FROM 0 AND (n.audience IS DISTINCT FROM 0 OR n.quadkey <> o.quadkey)),
        MAX(n.updated_at)
    FROM before o JOIN after n ON n.id = o.id
    CROSS JOIN LATERAL (VALUES (o.quadkey), (n.quadkey)) AS k (quadkey)
    CROSS JOIN (VALUES (6::BIGINT, 281474976710656), (15, 1073741824)) AS l (zoom, width)
    WHERE (o.audience = 0 OR n.audience = 0)
        AND (o.audience, o.quadkey, o.lon, o.lat, o.captured_at, o.heading, o.projection, o.camera_make, o.camera_model,
            o.accuracy, o.width, o.height, o.field_of_view, o.sequence_id, o.account_id)
        IS DISTINCT FROM (n.audience, n.quadkey, n.lon, n.lat, n.captured_at, n.heading, n.projection, n.camera_make,
            n.camera_model, n.accuracy, n.width, n.height, n.field_of_view, n.sequence_id, n.account_id)
    GROUP BY 1, 2;
    -- The last one that anybody saw is gone, and the sequence with it.
    INSERT INTO coverage_touches (zoom, cell, takes, at)
    SELECT DISTINCT t.zoom, t.cell, TRUE, s.at
    FROM (
        SELECT o.sequence_id, MAX(n.updated_at) AS at FROM before o JOIN after n ON n.id = o.id
        WHERE o.audience = 0 AND (n.audience IS DISTINCT FROM 0 OR n.sequence_id IS DISTINCT FROM o.sequence_id)
        GROUP BY o.sequence_id
    ) s JOIN sequence_tiles t ON t.sequence_id = s.sequence_id
    WHERE NOT EXISTS (SELECT 1 FROM pictures x WHERE x.sequence_id = s.sequence_id AND x.audience = 0);
    -- The first one came.
    INSERT INTO coverage_touches (zoom, cell, takes, at)
    SELECT DISTINCT t.zoom, t.cell, FALSE, s.at
    FROM (
        SELECT n.sequence_id, MAX(n.updated_at) AS at FROM before o JOIN after n ON n.id = o.id
        WHERE n.audience = 0 AND (o.audience IS DISTINCT FROM 0 OR n.sequence_id IS DISTINCT FROM o.sequence_id)
        GROUP BY n.sequence_id
    ) s JOIN sequence_tiles t ON t.sequence_id = s.sequence_id
    WHERE NOT EXISTS (
        SELECT 1 FROM pictures x
        WHERE x.sequence_id = s.sequence_id AND x.audience = 0 AND x.id NOT IN (SELECT id FROM after));
    RETURN NULL;
END
$$;

CREATE TRIGGER coverage_touches AFTER UPDATE ON pictures
REFERENCING OLD TABLE AS before NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION touch_coverage_of_pictures();

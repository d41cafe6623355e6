-- Coverage tiles as they were last drawn for whoever is not signed in, and where something changed since. A tile is named
-- by its zoom level and its first key. Triggers note each change (a touch) in its own transaction, so that no path can
-- forget it. A tile that was drawn when touch number `seen` was the last one is true until a touch of it with a higher
-- number. `takes` says that something is gone or hidden, which must not be shown a moment longer. Tiles of the zoom levels
-- 0 to 5 have the touches of those of zoom 6 in them.
CREATE TABLE coverage_touches (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    zoom INTEGER NOT NULL,
    cell INTEGER NOT NULL,
    takes INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX coverage_touches_by_cell ON coverage_touches (zoom, cell, number, takes);
CREATE INDEX coverage_touches_by_time ON coverage_touches (at);

CREATE TABLE coverage_tiles (
    zoom INTEGER NOT NULL,
    cell INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    drawn_at INTEGER NOT NULL,
    tag TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX coverage_tiles_by_cell ON coverage_tiles (zoom, cell);
CREATE INDEX coverage_tiles_by_time ON coverage_tiles (drawn_at);

-- The tiles of the zoom levels 6 to 15 that a sequence may be in. Its cells are of zoom 14: each has four
-- tiles of zoom 15. A tile of zoom z is 4^(30 - z) keys wide.
CREATE VIEW sequence_tiles AS
SELECT c.sequence_id, level.column1 AS zoom,
    (c.cell + level.column3) - (c.cell + level.column3) % level.column2 AS cell
FROM sequence_cells c CROSS JOIN (VALUES
    (6, 281474976710656, 0), (7, 70368744177664, 0), (8, 17592186044416, 0), (9, 4398046511104, 0),
    (10, 1099511627776, 0), (11, 274877906944, 0), (12, 68719476736, 0), (13, 17179869184, 0), (14, 4294967296, 0),
    (15, 1073741824, 0), (15, 1073741824, 1073741824), (15, 1073741824, 2147483648), (15, 1073741824, 3221225472)) level;

-- For: does anybody see a picture of this sequence?
CREATE INDEX pictures_public ON pictures (sequence_id) WHERE audience = 0;

-- The track as maps of large areas draw it; none where it was not summed up since there are such.
ALTER TABLE sequences ADD COLUMN outline BLOB;

CREATE TRIGGER coverage_touches_of_sequences AFTER UPDATE OF
    status, visibility, account_id, camera, projection, capture_date, accuracy, pixel_density, lines ON sequences
WHEN (OLD.status, OLD.visibility, OLD.account_id, OLD.camera, OLD.projection, OLD.capture_date, OLD.accuracy,
        OLD.pixel_density, OLD.lines)
    IS NOT (NEW.status, NEW.visibility, NEW.account_id, NEW.camera, NEW.projection, NEW.capture_date, NEW.accuracy,
        NEW.pixel_density, NEW.lines)
BEGIN
    INSERT INTO coverage_touches (zoom, cell, takes, at)
    SELECT DISTINCT t.zoom, t.cell,
        OLD.status = 'ready' AND (NEW.status, NEW.visibility) <> (OLD.status, OLD.visibility), NEW.updated_at
    FROM sequence_tiles t WHERE t.sequence_id = NEW.id;
END;

CREATE TRIGGER coverage_touches_of_pictures AFTER UPDATE OF
    audience, quadkey, lon, lat, captured_at, heading, projection, camera_make, camera_model, accuracy, width, height,
    field_of_view, sequence_id, account_id ON pictures
WHEN (OLD.audience IS 0 OR NEW.audience IS 0)
    AND (OLD.audience, OLD.quadkey, OLD.lon, OLD.lat, OLD.captured_at, OLD.heading, OLD.projection, OLD.camera_make,
        OLD.camera_model, OLD.accuracy, OLD.width, OLD.height, OLD.field_of_view, OLD.sequence_id, OLD.account_id)
    IS NOT (NEW.audience, NEW.quadkey, NEW.lon, NEW.lat, NEW.captured_at, NEW.heading, NEW.projection, NEW.camera_make,
        NEW.camera_model, NEW.accuracy, NEW.width, NEW.height, NEW.field_of_view, NEW.sequence_id, NEW.account_id)
BEGIN
    INSERT INTO coverage_touches (zoom, cell, takes, at)
    SELECT DISTINCT l.zoom, k.key - k.key % l.width,
        OLD.audience IS 0 AND (NEW.audience IS NOT 0 OR NEW.quadkey <> OLD.quadkey), NEW.updated_at
    FROM (SELECT OLD.quadkey AS key UNION SELECT NEW.quadkey) k
    CROSS JOIN (SELECT 6 AS zoom, 281474976710656 AS width UNION ALL SELECT 15, 1073741824) l;
    -- The last one that anybody saw is gone, and the sequence with it; or the first one came.
    INSERT INTO coverage_touches (zoom, cell, takes, at)
    SELECT DISTINCT t.zoom, t.cell, TRUE, NEW.updated_at
    FROM sequence_tiles t
    WHERE t.sequence_id = OLD.sequence_id AND OLD.audience IS 0
        AND (NEW.audience IS NOT 0 OR NEW.sequence_id IS NOT OLD.sequence_id)
        AND NOT EXISTS (SELECT 1 FROM pictures x WHERE x.sequence_id = OLD.sequence_id AND x.audience = 0);
    INSERT INTO coverage_touches (zoom, cell, takes, at)
    SELECT DISTINCT t.zoom, t.cell, FALSE, NEW.updated_at
    FROM sequence_tiles t
    WHERE t.sequence_id = NEW.sequence_id AND NEW.audience IS 0
        AND (OLD.audience IS NOT 0 OR NEW.sequence_id IS NOT OLD.sequence_id)
        AND NOT EXISTS (
            SELECT 1 FROM pictures x WHERE x.sequence_id = NEW.sequence_id AND x.audience = 0 AND x.id <> NEW.id);
END;

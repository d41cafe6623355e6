-- Which lines of the change log anybody may read (`public`), and out of which cell of zoom 12 something public went
-- (`left_cell`, its first key), which is what files of the dataset go by: about ten kilometres, too coarse to be a position.
-- Of lines from before nobody knows any more: those of sequences that were public count as public.
ALTER TABLE changes ADD COLUMN public INTEGER NOT NULL DEFAULT 0;
ALTER TABLE changes ADD COLUMN left_cell INTEGER;
UPDATE changes SET public = 1 WHERE sequence_id IN (SELECT id FROM sequences WHERE once_public);
CREATE INDEX changes_left ON changes (left_cell, number) WHERE left_cell IS NOT NULL;

-- As before, with these.
DROP TRIGGER changes_of_pictures;
CREATE TRIGGER changes_of_pictures AFTER UPDATE ON pictures
WHEN NEW.status = 'deleted' AND OLD.status <> 'deleted'
    OR OLD.audience IS NOT NEW.audience
    OR NEW.audience IS NOT NULL AND (
        OLD.objects, OLD.sequence_id, OLD.rank, OLD.visibility, OLD.lon, OLD.lat, OLD.altitude, OLD.accuracy,
        OLD.captured_at, OLD.captured_local, OLD.heading, OLD.heading_computed, OLD.edited, OLD.pitch, OLD.roll,
        OLD.yaw, OLD.projection, OLD.width, OLD.height, OLD.camera_make, OLD.camera_model, OLD.camera_artist,
        OLD.focal_length, OLD.field_of_view, OLD.exif, OLD.account_id, OLD.semantics, OLD.annotation_changes,
        OLD.license, OLD.attribution)
    IS NOT (
        NEW.objects, NEW.sequence_id, NEW.rank, NEW.visibility, NEW.lon, NEW.lat, NEW.altitude, NEW.accuracy,
        NEW.captured_at, NEW.captured_local, NEW.heading, NEW.heading_computed, NEW.edited, NEW.pitch, NEW.roll,
        NEW.yaw, NEW.projection, NEW.width, NEW.height, NEW.camera_make, NEW.camera_model, NEW.camera_artist,
        NEW.focal_length, NEW.field_of_view, NEW.exif, NEW.account_id, NEW.semantics, NEW.annotation_changes,
        NEW.license, NEW.attribution)
BEGIN
    INSERT INTO changes (at, kind, picture_id, sequence_id, account_id, public, left_cell)
    VALUES (
        NEW.updated_at,
        CASE
            WHEN NEW.status = 'deleted' THEN 'deleted'
            WHEN OLD.audience IS NULL THEN 'published'
            WHEN NEW.audience IS NULL THEN 'hidden'
            WHEN NEW.audience > OLD.audience THEN 'hidden'
            WHEN NEW.audience < OLD.audience THEN 'published'
            WHEN NEW.objects IS NOT OLD.objects THEN 'redacted'
            ELSE 'edited'
        END,
        NEW.id, COALESCE(NEW.sequence_id, OLD.sequence_id), NEW.account_id,
        OLD.audience IS 0 OR NEW.audience IS 0,
        CASE WHEN OLD.audience IS 0
                AND (NEW.audience IS NOT 0 OR NEW.quadkey / 68719476736 <> OLD.quadkey / 68719476736)
            THEN OLD.quadkey - OLD.quadkey % 68719476736 END);
END;

DROP TRIGGER changes_of_sequences;
CREATE TRIGGER changes_of_sequences AFTER UPDATE ON sequences
WHEN OLD.status <> NEW.status
    OR NEW.status = 'ready' AND (
        OLD.title, OLD.visibility, OLD.semantics, OLD.nb_pictures, OLD.west, OLD.south, OLD.east, OLD.north,
        OLD.first_captured_at, OLD.last_captured_at, OLD.length_m, OLD.lines, OLD.capture_date, OLD.camera,
        OLD.projection, OLD.account_id, OLD.license, OLD.attribution)
    IS NOT (
        NEW.title, NEW.visibility, NEW.semantics, NEW.nb_pictures, NEW.west, NEW.south, NEW.east, NEW.north,
        NEW.first_captured_at, NEW.last_captured_at, NEW.length_m, NEW.lines, NEW.capture_date, NEW.camera,
        NEW.projection, NEW.account_id, NEW.license, NEW.attribution)
BEGIN
    INSERT INTO changes (at, kind, picture_id, sequence_id, account_id, public)
    VALUES (
        NEW.updated_at,
        CASE
            WHEN NEW.status = OLD.status THEN 'edited'
            WHEN NEW.status = 'ready' THEN 'published'
            WHEN NEW.status = 'waiting' THEN 'hidden'
            ELSE 'deleted'
        END,
        NULL, NEW.id, NEW.account_id,
        NEW.once_public AND (OLD.visibility = 'anyone' OR NEW.visibility = 'anyone'));
END;

-- The public's pictures as files: one a tile of the map, of zoom level 6, 9 or 12 by how many there are. `number` is the
-- last line of the change log that surely is in it, `as_of` when that was read. What another took the place of can be read
-- for a while.
CREATE TABLE dataset_parts (
    file TEXT NOT NULL PRIMARY KEY,
    object TEXT NOT NULL,
    tile TEXT NOT NULL,
    first_key INTEGER NOT NULL,
    last_key INTEGER NOT NULL,
    pictures INTEGER NOT NULL,
    size INTEGER NOT NULL,
    number INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    west REAL NOT NULL,
    south REAL NOT NULL,
    east REAL NOT NULL,
    north REAL NOT NULL,
    first_captured_at INTEGER NOT NULL,
    last_captured_at INTEGER NOT NULL,
    superseded_at INTEGER
) STRICT;
CREATE UNIQUE INDEX dataset_parts_current ON dataset_parts (first_key) WHERE superseded_at IS NULL;
CREATE INDEX dataset_parts_superseded ON dataset_parts (superseded_at) WHERE superseded_at IS NOT NULL;
CREATE INDEX dataset_parts_by_object ON dataset_parts (object);

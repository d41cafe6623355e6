-- Tags of pictures and of parts of them (annotations). `semantics` is a list of keys and values, as sequences and upload
-- sets have it. `annotation_changes` counts the changes of a picture's annotations: 0 where there never was one. `edited`
-- tells which values were edited since the file came: 1 heading, 2 position, 4 time, 8 pitch, roll and yaw.
ALTER TABLE pictures ADD COLUMN semantics TEXT NOT NULL DEFAULT '[]';
ALTER TABLE pictures ADD COLUMN annotation_changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pictures ADD COLUMN edited INTEGER NOT NULL DEFAULT 0;
-- Whether the title was chosen for this sequence rather than made from its set's.
ALTER TABLE sequences ADD COLUMN title_edited INTEGER NOT NULL DEFAULT 0;
-- The order that was asked for last, as the API names it; none where the set's holds.
ALTER TABLE sequences ADD COLUMN sorted_by TEXT;

-- A part of a picture with tags. `shape` is a ring of (x, y) in pixels of the upright picture.
CREATE TABLE annotations (
    id BLOB NOT NULL PRIMARY KEY,
    picture_id BLOB NOT NULL REFERENCES pictures (id),
    account_id BLOB NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL,
    shape TEXT NOT NULL,
    semantics TEXT NOT NULL
) STRICT;
CREATE INDEX annotations_by_picture ON annotations (picture_id, created_at, id);

-- All tags, to search by: of a picture and of its annotations under the picture, of a sequence under the sequence. Triggers
-- keep it in step with the lists, which are what counts.
CREATE TABLE tags (
    subject BLOB NOT NULL,
    picture_id BLOB,
    sequence_id BLOB,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    CHECK ((picture_id IS NULL) <> (sequence_id IS NULL))
) STRICT;
CREATE INDEX tags_by_subject ON tags (subject);
CREATE INDEX tags_by_key ON tags (key, value);
CREATE INDEX tags_by_picture ON tags (picture_id, key, value) WHERE picture_id IS NOT NULL;
CREATE INDEX tags_by_sequence ON tags (sequence_id, key, value) WHERE sequence_id IS NOT NULL;

INSERT INTO tags (subject, sequence_id, key, value)
SELECT s.id, s.id, t.value ->> 'key', t.value ->> 'value' FROM sequences s, json_each(s.semantics) t
WHERE s.status <> 'deleted';
UPDATE sequences SET semantics = '[]' WHERE status = 'deleted' AND semantics <> '[]';

CREATE TRIGGER tags_of_new_pictures AFTER INSERT ON pictures WHEN NEW.semantics <> '[]'
BEGIN
    INSERT INTO tags (subject, picture_id, key, value)
    SELECT NEW.id, NEW.id, t.value ->> 'key', t.value ->> 'value' FROM json_each(NEW.semantics) t;
END;
CREATE TRIGGER tags_of_pictures AFTER UPDATE OF semantics ON pictures WHEN NEW.semantics <> OLD.semantics
BEGIN
    DELETE FROM tags WHERE subject = NEW.id;
    INSERT INTO tags (subject, picture_id, key, value)
    SELECT NEW.id, NEW.id, t.value ->> 'key', t.value ->> 'value' FROM json_each(NEW.semantics) t;
END;
CREATE TRIGGER tags_of_new_sequences AFTER INSERT ON sequences WHEN NEW.semantics <> '[]'
BEGIN
    INSERT INTO tags (subject, sequence_id, key, value)
    SELECT NEW.id, NEW.id, t.value ->> 'key', t.value ->> 'value' FROM json_each(NEW.semantics) t;
END;
CREATE TRIGGER tags_of_sequences AFTER UPDATE OF semantics ON sequences WHEN NEW.semantics <> OLD.semantics
BEGIN
    DELETE FROM tags WHERE subject = NEW.id;
    INSERT INTO tags (subject, sequence_id, key, value)
    SELECT NEW.id, NEW.id, t.value ->> 'key', t.value ->> 'value' FROM json_each(NEW.semantics) t;
END;
CREATE TRIGGER tags_of_new_annotations AFTER INSERT ON annotations
BEGIN
    INSERT INTO tags (subject, picture_id, key, value)
    SELECT NEW.id, NEW.picture_id, t.value ->> 'key', t.value ->> 'value' FROM json_each(NEW.semantics) t;
END;
CREATE TRIGGER tags_of_annotations AFTER UPDATE OF semantics ON annotations WHEN NEW.semantics <> OLD.semantics
BEGIN
    DELETE FROM tags WHERE subject = NEW.id;
    INSERT INTO tags (subject, picture_id, key, value)
    SELECT NEW.id, NEW.picture_id, t.value ->> 'key', t.value ->> 'value' FROM json_each(NEW.semantics) t;
END;
CREATE TRIGGER tags_of_old_annotations AFTER DELETE ON annotations
BEGIN
    DELETE FROM tags WHERE subject = OLD.id;
END;

-- As before, with tags and annotations among what is public.
DROP TRIGGER changes_of_pictures;
CREATE TRIGGER changes_of_pictures AFTER UPDATE ON pictures
WHEN NEW.status = 'deleted' AND OLD.status <> 'deleted'
    OR OLD.audience IS NOT NEW.audience
    OR NEW.audience IS NOT NULL AND (
        OLD.objects, OLD.sequence_id, OLD.rank, OLD.visibility, OLD.lon, OLD.lat, OLD.altitude, OLD.accuracy,
        OLD.captured_at, OLD.captured_local, OLD.heading, OLD.heading_computed, OLD.edited, OLD.pitch, OLD.roll,
        OLD.yaw, OLD.projection, OLD.width, OLD.height, OLD.camera_make, OLD.camera_model, OLD.camera_artist,
        OLD.focal_length, OLD.field_of_view, OLD.exif, OLD.account_id, OLD.semantics, OLD.annotation_changes)
    IS NOT (
        NEW.objects, NEW.sequence_id, NEW.rank, NEW.visibility, NEW.lon, NEW.lat, NEW.altitude, NEW.accuracy,
        NEW.captured_at, NEW.captured_local, NEW.heading, NEW.heading_computed, NEW.edited, NEW.pitch, NEW.roll,
        NEW.yaw, NEW.projection, NEW.width, NEW.height, NEW.camera_make, NEW.camera_model, NEW.camera_artist,
        NEW.focal_length, NEW.field_of_view, NEW.exif, NEW.account_id, NEW.semantics, NEW.annotation_changes)
BEGIN
    INSERT INTO changes (at, kind, picture_id, sequence_id, account_id)
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
        NEW.id, COALESCE(NEW.sequence_id, OLD.sequence_id), NEW.account_id);
END;

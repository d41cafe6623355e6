-- Tags of pictures and of parts of them (annotations). `semantics` is a list of keys and values, as sequences and upload
-- sets have it. `annotation_changes` counts the changes of a picture's annotations: 0 where there never was one. `edited`
-- tells which values were edited since the file came: 1 heading, 2 position, 4 time, 8 pitch, roll and yaw.
ALTER TABLE pictures ADD COLUMN semantics JSON NOT NULL DEFAULT '[]';
ALTER TABLE pictures ADD COLUMN annotation_changes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pictures ADD COLUMN edited BIGINT NOT NULL DEFAULT 0;
-- Whether the title was chosen for this sequence rather than made from its set's.
ALTER TABLE sequences ADD COLUMN title_edited BOOLEAN NOT NULL DEFAULT FALSE;
-- The order that was asked for last, as the API names it; none where the set's holds.
ALTER TABLE sequences ADD COLUMN sorted_by TEXT;

-- A part of a picture with tags. `shape` is a ring of (x, y) in pixels of the upright picture.
CREATE TABLE annotations (
    id UUID NOT NULL PRIMARY KEY,
    picture_id UUID NOT NULL REFERENCES pictures (id),
    account_id UUID NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    shape JSON NOT NULL,
    semantics JSON NOT NULL
);
CREATE INDEX annotations_by_picture ON annotations (picture_id, created_at, id);

-- All tags, to search by: of a picture and of its annotations under the picture, of a sequence under the sequence. Triggers
-- keep it in step with the lists, which are what counts.
CREATE TABLE tags (
    subject UUID NOT NULL,
    picture_id UUID,
    sequence_id UUID,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    CHECK ((picture_id IS NULL) <> (sequence_id IS NULL))
);
CREATE INDEX tags_by_subject ON tags (subject);
-- The longest key and value fit into an index's row: 256 and 2048 bytes.
CREATE INDEX tags_by_key ON tags (key, value);
CREATE INDEX tags_by_picture ON tags (picture_id, key) WHERE picture_id IS NOT NULL;
CREATE INDEX tags_by_sequence ON tags (sequence_id, key) WHERE sequence_id IS NOT NULL;

INSERT INTO tags (subject, sequence_id, key, value)
SELECT s.id, s.id, t.tag ->> 'key', t.tag ->> 'value' FROM sequences s, json_array_elements(s.semantics) AS t (tag)
WHERE s.status <> 'deleted';
UPDATE sequences SET semantics = '[]' WHERE status = 'deleted' AND semantics::TEXT <> '[]';

-- Of pictures, sequences and annotations.
CREATE FUNCTION index_tags() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM tags WHERE subject = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF TG_TABLE_NAME = 'sequences' THEN
            INSERT INTO tags (subject, sequence_id, key, value)
            SELECT NEW.id, NEW.id, t.tag ->> 'key', t.tag ->> 'value' FROM json_array_elements(NEW.semantics) AS t (tag);
        ELSIF TG_TABLE_NAME = 'pictures' THEN
            INSERT INTO tags (subject, picture_id, key, value)
            SELECT NEW.id, NEW.id, t.tag ->> 'key', t.tag ->> 'value' FROM json_array_elements(NEW.semantics) AS t (tag);
        ELSE
            INSERT INTO tags (subject, picture_id, key, value)
            SELECT NEW.id, NEW.picture_id, t.tag ->> 'key', t.tag ->> 'value'
            FROM json_array_elements(NEW.semantics) AS t (tag);
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tags_of_new AFTER INSERT ON pictures FOR EACH ROW
WHEN (NEW.semantics::TEXT <> '[]') EXECUTE FUNCTION index_tags();
CREATE TRIGGER tags AFTER UPDATE OF semantics ON pictures FOR EACH ROW
WHEN (OLD.semantics::TEXT <> NEW.semantics::TEXT) EXECUTE FUNCTION index_tags();
CREATE TRIGGER tags_of_new AFTER INSERT ON sequences FOR EACH ROW
WHEN (NEW.semantics::TEXT <> '[]') EXECUTE FUNCTION index_tags();
CREATE TRIGGER tags AFTER UPDATE OF semantics ON sequences FOR EACH ROW
WHEN (OLD.semantics::TEXT <> NEW.semantics::TEXT) EXECUTE FUNCTION index_tags();
CREATE TRIGGER tags AFTER INSERT OR UPDATE OR DELETE ON annotations FOR EACH ROW EXECUTE FUNCTION index_tags();

-- As before, with tags and annotations among what is public.
DROP TRIGGER changes ON pictures;
CREATE TRIGGER changes AFTER UPDATE ON pictures FOR EACH ROW
WHEN (NEW.status = 'deleted' AND OLD.status <> 'deleted'
    OR OLD.audience IS DISTINCT FROM NEW.audience
    OR NEW.audience IS NOT NULL AND (
        OLD.objects::TEXT, OLD.sequence_id, OLD.rank, OLD.visibility, OLD.lon, OLD.lat, OLD.altitude, OLD.accuracy,
        OLD.captured_at, OLD.captured_local, OLD.heading, OLD.heading_computed, OLD.edited, OLD.pitch, OLD.roll,
        OLD.yaw, OLD.projection, OLD.width, OLD.height, OLD.camera_make, OLD.camera_model, OLD.camera_artist,
        OLD.focal_length, OLD.field_of_view, OLD.exif::TEXT, OLD.account_id, OLD.semantics::TEXT, OLD.annotation_changes)
    IS DISTINCT FROM (
        NEW.objects::TEXT, NEW.sequence_id, NEW.rank, NEW.visibility, NEW.lon, NEW.lat, NEW.altitude, NEW.accuracy,
        NEW.captured_at, NEW.captured_local, NEW.heading, NEW.heading_computed, NEW.edited, NEW.pitch, NEW.roll,
        NEW.yaw, NEW.projection, NEW.width, NEW.height, NEW.camera_make, NEW.camera_model, NEW.camera_artist,
        NEW.focal_length, NEW.field_of_view, NEW.exif::TEXT, NEW.account_id, NEW.semantics::TEXT, NEW.annotation_changes))
EXECUTE FUNCTION log_change_of_picture();

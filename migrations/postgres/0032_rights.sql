-- Under which licence pictures are shown (an SPDX identifier), and whom to name for them. What is chosen for an account holds for
-- the sets that it begins, what is chosen for a set for the pictures that come to it. NULL: as the instance says; that is so of
-- pictures from before. Of a sequence it is what all its pictures have, `various` where they differ.
ALTER TABLE accounts ADD COLUMN license TEXT;
ALTER TABLE accounts ADD COLUMN attribution TEXT;
ALTER TABLE upload_sets ADD COLUMN license TEXT;
ALTER TABLE upload_sets ADD COLUMN attribution TEXT;
ALTER TABLE sequences ADD COLUMN license TEXT;
ALTER TABLE sequences ADD COLUMN attribution TEXT;
ALTER TABLE pictures ADD COLUMN license TEXT;
ALTER TABLE pictures ADD COLUMN attribution TEXT;

-- As before, with them among what is public.
DROP TRIGGER changes ON pictures;
CREATE TRIGGER changes AFTER UPDATE ON pictures FOR EACH ROW
WHEN (NEW.status = 'deleted' AND OLD.status <> 'deleted'
    OR OLD.audience IS DISTINCT FROM NEW.audience
    OR NEW.audience IS NOT NULL AND (
        OLD.objects::TEXT, OLD.sequence_id, OLD.rank, OLD.visibility, OLD.lon, OLD.lat, OLD.altitude, OLD.accuracy,
        OLD.captured_at, OLD.captured_local, OLD.heading, OLD.heading_computed, OLD.edited, OLD.pitch, OLD.roll,
        OLD.yaw, OLD.projection, OLD.width, OLD.height, OLD.camera_make, OLD.camera_model, OLD.camera_artist,
        OLD.focal_length, OLD.field_of_view, OLD.exif::TEXT, OLD.account_id, OLD.semantics::TEXT, OLD.annotation_changes,
        OLD.license, OLD.attribution)
    IS DISTINCT FROM (
        NEW.objects::TEXT, NEW.sequence_id, NEW.rank, NEW.visibility, NEW.lon, NEW.lat, NEW.altitude, NEW.accuracy,
        NEW.captured_at, NEW.captured_local, NEW.heading, NEW.heading_computed, NEW.edited, NEW.pitch, NEW.roll,
        NEW.yaw, NEW.projection, NEW.width, NEW.height, NEW.camera_make, NEW.camera_model, NEW.camera_artist,
        NEW.focal_length, NEW.field_of_view, NEW.exif::TEXT, NEW.account_id, NEW.semantics::TEXT, NEW.annotation_changes,
        NEW.license, NEW.attribution))
EXECUTE FUNCTION log_change_of_picture();

DROP TRIGGER changes ON sequences;
CREATE TRIGGER changes AFTER UPDATE ON sequences FOR EACH ROW
WHEN (OLD.status <> NEW.status
    OR NEW.status = 'ready' AND (
        OLD.title, OLD.visibility, OLD.semantics::TEXT, OLD.nb_pictures, OLD.west, OLD.south, OLD.east, OLD.north,
        OLD.first_captured_at, OLD.last_captured_at, OLD.length_m, OLD.lines, OLD.capture_date, OLD.camera::TEXT,
        OLD.projection, OLD.account_id, OLD.license, OLD.attribution)
    IS DISTINCT FROM (
        NEW.title, NEW.visibility, NEW.semantics::TEXT, NEW.nb_pictures, NEW.west, NEW.south, NEW.east, NEW.north,
        NEW.first_captured_at, NEW.last_captured_at, NEW.length_m, NEW.lines, NEW.capture_date, NEW.camera::TEXT,
        NEW.projection, NEW.account_id, NEW.license, NEW.attribution))
EXECUTE FUNCTION log_change_of_sequence();

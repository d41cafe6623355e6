-- Documents of pictures are stored packed: what was written before stays as the JSON that it is, and is read as such. The log of
-- changes compares their bytes.
DROP TRIGGER changes ON pictures;
ALTER TABLE pictures
    ALTER COLUMN exif TYPE BYTEA USING convert_to(exif::TEXT, 'UTF8'),
    ALTER COLUMN overrides TYPE BYTEA USING convert_to(overrides::TEXT, 'UTF8'),
    ALTER COLUMN detections TYPE BYTEA USING convert_to(detections::TEXT, 'UTF8'),
    ALTER COLUMN objects TYPE BYTEA USING convert_to(objects::TEXT, 'UTF8');
CREATE TRIGGER changes AFTER UPDATE ON pictures FOR EACH ROW
WHEN (NEW.status = 'deleted' AND OLD.status <> 'deleted'
    OR OLD.audience IS DISTINCT FROM NEW.audience
    OR NEW.audience IS NOT NULL AND (
        OLD.objects, OLD.sequence_id, OLD.rank, OLD.visibility, OLD.lon, OLD.lat, OLD.altitude, OLD.accuracy,
        OLD.captured_at, OLD.captured_local, OLD.heading, OLD.heading_computed, OLD.edited, OLD.pitch, OLD.roll,
        OLD.yaw, OLD.projection, OLD.width, OLD.height, OLD.camera_make, OLD.camera_model, OLD.camera_artist,
        OLD.focal_length, OLD.field_of_view, OLD.exif, OLD.account_id, OLD.semantics::TEXT, OLD.annotation_changes,
        OLD.license, OLD.attribution)
    IS DISTINCT FROM (
        NEW.objects, NEW.sequence_id, NEW.rank, NEW.visibility, NEW.lon, NEW.lat, NEW.altitude, NEW.accuracy,
        NEW.captured_at, NEW.captured_local, NEW.heading, NEW.heading_computed, NEW.edited, NEW.pitch, NEW.roll,
        NEW.yaw, NEW.projection, NEW.width, NEW.height, NEW.camera_make, NEW.camera_model, NEW.camera_artist,
        NEW.focal_length, NEW.field_of_view, NEW.exif, NEW.account_id, NEW.semantics::TEXT, NEW.annotation_changes,
        NEW.license, NEW.attribution))
EXECUTE FUNCTION log_change_of_picture();

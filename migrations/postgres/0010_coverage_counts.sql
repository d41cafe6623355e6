-- Published pictures counted in cells of the zoom levels 6, 9 and 12, which maps of large areas are drawn from without
-- reading each picture. Cells are named by their first keys; a cell of zoom z is 4^(30 - z) keys wide. A change adds
-- lines (`fresh`) and never touches one that is there, so that writers at one place do not wait for each other; readers
-- add the lines up, and Upkeep::tidy folds those of a cell into one.
CREATE TABLE coverage_counts (
    zoom BIGINT NOT NULL,
    cell BIGINT NOT NULL,
    audience BIGINT NOT NULL,
    account_id UUID NOT NULL,
    pictures BIGINT NOT NULL,
    panoramas BIGINT NOT NULL,
    fresh BOOLEAN NOT NULL DEFAULT FALSE
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX coverage_counts_by_cell ON coverage_counts (zoom, cell, audience, account_id) INCLUDE (pictures, panoramas);
CREATE INDEX coverage_counts_fresh ON coverage_counts (zoom, cell) WHERE fresh;

CREATE FUNCTION count_coverage(quadkey BIGINT, audience BIGINT, account_id UUID, pictures BIGINT, panorama BOOLEAN)
RETURNS VOID LANGUAGE SQL AS $$
    INSERT INTO coverage_counts (zoom, cell, audience, account_id, pictures, panoramas, fresh)
    SELECT level.zoom, $1 - $1 % level.width, $2, $3, $4, CASE WHEN $5 THEN $4 ELSE 0 END, TRUE
    FROM (VALUES (6, 281474976710656), (9, 4398046511104), (12, 68719476736)) AS level (zoom, width)
$$;

CREATE FUNCTION count_coverage_of_picture() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.audience IS NOT NULL THEN
        PERFORM count_coverage(
            OLD.quadkey, OLD.audience, OLD.account_id, -1::BIGINT, OLD.projection = 'equirectangular');
    END IF;
    IF NEW.audience IS NOT NULL THEN
        PERFORM count_coverage(
            NEW.quadkey, NEW.audience, NEW.account_id, 1::BIGINT, NEW.projection = 'equirectangular');
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER coverage_counts AFTER UPDATE OF audience, quadkey, projection, account_id ON pictures FOR EACH ROW
WHEN ((OLD.audience, OLD.quadkey, OLD.projection, OLD.account_id)
    IS DISTINCT FROM (NEW.audience, NEW.quadkey, NEW.projection, NEW.account_id))
EXECUTE FUNCTION count_coverage_of_picture();

-- Which lines of the change log anybody may read (`public`), and out of which cell of zoom 12 something public went
-- (`left_cell`, its first key), which is what files of the dataset go by: about ten kilometres, too coarse to be a position.
-- Of lines from before nobody knows any more: those of sequences that were public count as public.
ALTER TABLE changes ADD COLUMN public BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE changes ADD COLUMN left_cell BIGINT;
UPDATE changes SET public = TRUE WHERE sequence_id IN (SELECT id FROM sequences WHERE once_public);
CREATE INDEX changes_left ON changes (left_cell, number) WHERE left_cell IS NOT NULL;

-- As before, with these.
CREATE OR REPLACE FUNCTION log_change_of_picture() RETURNS TRIGGER LANGUAGE plpgsql AS $$
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
            WHEN NEW.objects::TEXT IS DISTINCT FROM OLD.objects::TEXT THEN 'redacted'
            ELSE 'edited'
        END,
        NEW.id, COALESCE(NEW.sequence_id, OLD.sequence_id), NEW.account_id,
        OLD.audience IS NOT DISTINCT FROM 0 OR NEW.audience IS NOT DISTINCT FROM 0,
        CASE WHEN OLD.audience = 0
                AND (NEW.audience IS DISTINCT FROM 0 OR NEW.quadkey / 68719476736 <> OLD.quadkey / 68719476736)
            THEN OLD.quadkey - OLD.quadkey % 68719476736 END);
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION log_change_of_sequence() RETURNS TRIGGER LANGUAGE plpgsql AS $$
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
    RETURN NULL;
END
$$;

-- The public's pictures as files: one a tile of the map, of zoom level 6, 9 or 12 by how many there are. `number` is the
-- last line of the change log that surely is in it, `as_of` when that was read. What another took the place of can be read
-- for a while.
CREATE TABLE dataset_parts (
    file TEXT NOT NULL PRIMARY KEY,
    object TEXT NOT NULL,
    tile TEXT NOT NULL,
    first_key BIGINT NOT NULL,
    last_key BIGINT NOT NULL,
    pictures BIGINT NOT NULL,
    size BIGINT NOT NULL,
    number BIGINT NOT NULL,
    as_of BIGINT NOT NULL,
    west DOUBLE PRECISION NOT NULL,
    south DOUBLE PRECISION NOT NULL,
    east DOUBLE PRECISION NOT NULL,
    north DOUBLE PRECISION NOT NULL,
    first_captured_at BIGINT NOT NULL,
    last_captured_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE UNIQUE INDEX dataset_parts_current ON dataset_parts (first_key) WHERE superseded_at IS NULL;
CREATE INDEX dataset_parts_superseded ON dataset_parts (superseded_at) WHERE superseded_at IS NOT NULL;
CREATE INDEX dataset_parts_by_object ON dataset_parts (object);

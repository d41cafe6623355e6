-- Whether anybody could ever see a picture of the sequence: harvesters are told when that is over, and are told nothing of
-- others. Of those that are gone already, nobody knows any more.
ALTER TABLE sequences ADD COLUMN once_public BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE sequences SET once_public = TRUE
WHERE status = 'deleted' OR EXISTS (SELECT 1 FROM pictures x WHERE x.sequence_id = sequences.id AND x.audience = 0);

CREATE FUNCTION note_once_public() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sequences SET once_public = TRUE WHERE id = NEW.sequence_id AND NOT once_public;
    RETURN NULL;
END
$$;
CREATE TRIGGER once_public AFTER UPDATE OF audience, sequence_id ON pictures FOR EACH ROW
WHEN (NEW.audience = 0) EXECUTE FUNCTION note_once_public();

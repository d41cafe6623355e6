-- Whether anybody could ever see a picture of the sequence: harvesters are told when that is over, and are told nothing of
-- others. Of those that are gone already, nobody knows any more.
ALTER TABLE sequences ADD COLUMN once_public INTEGER NOT NULL DEFAULT 0;
UPDATE sequences SET once_public = 1
WHERE status = 'deleted' OR EXISTS (SELECT 1 FROM pictures x WHERE x.sequence_id = sequences.id AND x.audience = 0);

CREATE TRIGGER once_public AFTER UPDATE OF audience, sequence_id ON pictures WHEN NEW.audience = 0
BEGIN
    UPDATE sequences SET once_public = 1 WHERE id = NEW.sequence_id AND NOT once_public;
END;

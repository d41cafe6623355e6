-- Whoever keeps a copy takes the newer of two states by `updated_at`. The time of a change is read before its writer waits for
-- whoever writes meanwhile, and clocks are set back, so a later state would now and then bear an earlier time: it then
-- keeps the time of the state before.
CREATE TRIGGER updated_at_of_pictures_never_goes_back AFTER UPDATE OF updated_at ON pictures
WHEN NEW.updated_at < OLD.updated_at
BEGIN
    UPDATE pictures SET updated_at = OLD.updated_at WHERE id = NEW.id;
END;

CREATE TRIGGER updated_at_of_sequences_never_goes_back AFTER UPDATE OF updated_at ON sequences
WHEN NEW.updated_at < OLD.updated_at
BEGIN
    UPDATE sequences SET updated_at = OLD.updated_at WHERE id = NEW.id;
END;

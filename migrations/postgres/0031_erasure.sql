-- Accounts whose owners had them erased. The row stays, without a name, for what refers to it: edits of other people's pictures,
-- what was decided about reports.
ALTER TABLE accounts ADD COLUMN erased_at BIGINT;

-- The change log tells of it: a change of neither a picture nor a sequence is one of the account itself.
CREATE FUNCTION log_change_of_account() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (at, kind, picture_id, sequence_id, account_id)
    VALUES (NEW.erased_at, 'deleted', NULL, NULL, NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER changes AFTER UPDATE OF erased_at ON accounts FOR EACH ROW
WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
EXECUTE FUNCTION log_change_of_account();

-- Which kinds of jobs there are, the program knows.
ALTER TABLE jobs DROP CONSTRAINT jobs_kind_check;

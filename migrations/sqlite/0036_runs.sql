-- The run of a program that an edit belongs to, so that everything it wrote can be undone at once.
ALTER TABLE edits ADD COLUMN run BLOB;
CREATE INDEX edits_by_run ON edits (run, account_id, at, id) WHERE run IS NOT NULL;

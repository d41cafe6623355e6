-- What whoever holds the key said of a request to undo a redaction that they turned down. Such a request has no `undo_state`,
-- as if nobody asked, so that it may be asked again; who asked, when and why stays.
ALTER TABLE redactions ADD COLUMN undo_answer TEXT COLLATE "C";

-- What the contributor of a file is told although it was taken: what was dropped, and what of its metadata is doubtful.
ALTER TABLE files ADD COLUMN notices TEXT NOT NULL DEFAULT '[]';

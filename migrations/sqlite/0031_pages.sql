-- Texts that administrators write for everybody: terms of service and the like. Every text that was ever shown stays, so that it
-- can be told what somebody agreed to; the last revision of a language is the one in force, and none if it has no text.
CREATE TABLE page_revisions (
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    revision INTEGER NOT NULL,
    html TEXT,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (name, language, revision)
) STRICT;

-- When a page was published anew, for people to read it again: the first text, and changes that matter.
CREATE TABLE page_versions (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    published_at INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

-- Which version of the terms of service an account read, and agreed to.
CREATE TABLE terms_answers (
    account_id BLOB NOT NULL REFERENCES accounts (id),
    version INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    accepted_at INTEGER,
    PRIMARY KEY (account_id, version)
) STRICT;

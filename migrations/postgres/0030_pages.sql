-- Texts that administrators write for everybody: terms of service and the like. Every text that was ever shown stays, so that it
-- can be told what somebody agreed to; the last revision of a language is the one in force, and none if it has no text.
CREATE TABLE page_revisions (
    name TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    html TEXT,
    account_id UUID NOT NULL REFERENCES accounts (id),
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (name, language, revision)
);

-- When a page was published anew, for people to read it again: the first text, and changes that matter.
CREATE TABLE page_versions (
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    published_at BIGINT NOT NULL,
    PRIMARY KEY (name, version)
);

-- Which version of the terms of service an account read, and agreed to.
CREATE TABLE terms_answers (
    account_id UUID NOT NULL REFERENCES accounts (id),
    version BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    accepted_at BIGINT,
    PRIMARY KEY (account_id, version)
);

-- Until when a token holds, and what it may do, as names with spaces between; none: for ever, and everything.
ALTER TABLE tokens ADD COLUMN expires_at BIGINT;
ALTER TABLE tokens ADD COLUMN scopes TEXT;

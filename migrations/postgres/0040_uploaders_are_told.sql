-- Where accounts are written to, if they want to be: confirmed by a link that is mailed there, or not yet. `request` is what the key
-- in that link is made out of. `due_at` is when that mail may be written (next); null: it was.
CREATE TABLE mail_addresses (
    account_id UUID PRIMARY KEY REFERENCES accounts (id),
    address TEXT NOT NULL,
    request UUID NOT NULL,
    key_sha256 BYTEA NOT NULL,
    asked_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    due_at BIGINT,
    attempts BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX mail_addresses_by_key ON mail_addresses (key_sha256);
CREATE INDEX mail_addresses_due ON mail_addresses (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mail_addresses_unconfirmed ON mail_addresses (asked_at) WHERE confirmed_at IS NULL;
-- How many mails an address got of late.
CREATE INDEX mail_addresses_by_address ON mail_addresses (address);

-- What is told of reports is told to who reported, and to whose it is.
ALTER TABLE report_notices ADD COLUMN recipient TEXT NOT NULL DEFAULT 'reporter' CHECK (recipient IN ('reporter', 'owner'));
ALTER TABLE report_notices ALTER COLUMN recipient DROP DEFAULT;
ALTER TABLE report_notices DROP CONSTRAINT report_notices_pkey;
ALTER TABLE report_notices ADD PRIMARY KEY (report_id, place, recipient);

-- Where accounts are written to, if they want to be: confirmed by a link that is mailed there, or not yet. `request` is what the key
-- in that link is made out of. `due_at` is when that mail may be written (next); null: it was.
CREATE TABLE mail_addresses (
    account_id BLOB NOT NULL PRIMARY KEY REFERENCES accounts (id),
    address TEXT NOT NULL,
    request BLOB NOT NULL,
    key_sha256 BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    due_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX mail_addresses_by_key ON mail_addresses (key_sha256);
CREATE INDEX mail_addresses_due ON mail_addresses (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mail_addresses_unconfirmed ON mail_addresses (asked_at) WHERE confirmed_at IS NULL;
-- How many mails an address got of late.
CREATE INDEX mail_addresses_by_address ON mail_addresses (address);

-- What is told of reports is told to who reported, and to whose it is.
ALTER TABLE report_notices RENAME TO notices_to_reporters;
CREATE TABLE report_notices (
    report_id BLOB NOT NULL REFERENCES reports (id),
    place INTEGER NOT NULL,
    recipient TEXT NOT NULL CHECK (recipient IN ('reporter', 'owner')),
    due_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    mailed_at INTEGER,
    PRIMARY KEY (report_id, place, recipient)
) STRICT, WITHOUT ROWID;
INSERT INTO report_notices (report_id, place, recipient, due_at, attempts, mailed_at)
SELECT report_id, place, 'reporter', due_at, attempts, mailed_at FROM notices_to_reporters;
DROP TABLE notices_to_reporters;
CREATE INDEX report_notices_due ON report_notices (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX report_notices_mailed ON report_notices (mailed_at) WHERE mailed_at IS NOT NULL;

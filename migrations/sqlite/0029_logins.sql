-- What people sign in with that other services vouch for: the service (`iss` of OpenID Connect), who somebody is there (`sub`),
-- and how they were called there when it was last used.
CREATE TABLE logins (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX logins_by_account ON logins (account_id, created_at);

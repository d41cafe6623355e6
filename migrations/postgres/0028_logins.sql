-- What people sign in with that other services vouch for: the service (`iss` of OpenID Connect), who somebody is there (`sub`),
-- and how they were called there when it was last used.
CREATE TABLE logins (
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX logins_by_account ON logins (account_id, created_at);

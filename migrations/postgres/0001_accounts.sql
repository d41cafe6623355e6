-- Who there is. `name_key` is the name in ASCII lower case: names are unique without regard to case.
CREATE TABLE accounts (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL UNIQUE,
    admin BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

-- What the operator chose and the server wrote down, so that a change is noticed. By name.
CREATE TABLE settings (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL,
    chosen_at BIGINT NOT NULL
);

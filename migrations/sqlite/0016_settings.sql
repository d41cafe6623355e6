-- What the operator chose and the server wrote down, so that a change is noticed. By name.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    chosen_at INTEGER NOT NULL
) STRICT;

-- What people said is wrong with a picture or a sequence, and what became of it. `owner_id` is whose it is. `reporter_key`
-- stands for whoever reported (an account, or an address that can't be read back) and counts who reported how often;
-- it and the e-mail address are forgotten some time after the report was closed. `case_sha256` is the hash of the secret
-- by which somebody without an account follows the case.
CREATE TABLE reports (
    id BLOB NOT NULL PRIMARY KEY,
    picture_id BLOB REFERENCES pictures (id),
    sequence_id BLOB REFERENCES sequences (id),
    owner_id BLOB NOT NULL REFERENCES accounts (id),
    issue TEXT NOT NULL CHECK (issue IN (
        'blur_missing', 'blur_excess', 'inappropriate', 'privacy', 'picture_low_quality', 'mislocated', 'copyright', 'other')),
    status TEXT NOT NULL CHECK (status IN ('open', 'open_autofix', 'waiting', 'closed_solved', 'closed_ignored')),
    reporter_id BLOB REFERENCES accounts (id),
    reporter_key TEXT NOT NULL,
    reporter_email TEXT,
    reporter_comments TEXT,
    resolver_id BLOB REFERENCES accounts (id),
    resolver_role TEXT CHECK (resolver_role IN ('reporter', 'owner', 'moderator', 'rule')),
    resolver_comments TEXT,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    updated_at INTEGER NOT NULL,
    case_sha256 BLOB NOT NULL,
    CHECK ((picture_id IS NULL) <> (sequence_id IS NULL)),
    CHECK ((closed_at IS NULL) = (status NOT IN ('closed_solved', 'closed_ignored')))
) STRICT;
CREATE INDEX reports_by_picture ON reports (picture_id) WHERE picture_id IS NOT NULL;
CREATE INDEX reports_by_sequence ON reports (sequence_id) WHERE sequence_id IS NOT NULL;
CREATE INDEX reports_by_time ON reports (opened_at, id);
CREATE INDEX reports_by_status ON reports (status, opened_at, id);
CREATE INDEX reports_by_owner ON reports (owner_id, opened_at, id);
CREATE INDEX reports_by_reporter ON reports (reporter_id, opened_at, id) WHERE reporter_id IS NOT NULL;
CREATE INDEX reports_by_reporter_key ON reports (reporter_key, status);
CREATE INDEX reports_to_forget ON reports (closed_at) WHERE closed_at IS NOT NULL AND reporter_key <> '';

-- Everything that was done about a report, by whom and in which role: the log of moderation.
CREATE TABLE report_events (
    report_id BLOB NOT NULL REFERENCES reports (id),
    place INTEGER NOT NULL,
    at INTEGER NOT NULL,
    account_id BLOB REFERENCES accounts (id),
    role TEXT NOT NULL CHECK (role IN ('reporter', 'owner', 'moderator', 'rule')),
    status TEXT NOT NULL,
    withholds INTEGER NOT NULL,
    comments TEXT,
    PRIMARY KEY (report_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_events_by_time ON report_events (at, report_id, place);

-- Pictures that only their owner and administrators see because of a report, whatever else is said of who sees them.
CREATE TABLE withheld (
    picture_id BLOB NOT NULL REFERENCES pictures (id),
    report_id BLOB NOT NULL REFERENCES reports (id),
    PRIMARY KEY (picture_id, report_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX withheld_by_report ON withheld (report_id);

-- Whatever a version says that knows nothing of reports.
CREATE TRIGGER withheld_is_not_shown BEFORE UPDATE OF audience ON pictures
WHEN NEW.audience < 2 AND EXISTS (SELECT 1 FROM withheld w WHERE w.picture_id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'a report withholds this picture');
END;

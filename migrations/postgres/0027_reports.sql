-- What people said is wrong with a picture or a sequence, and what became of it. `owner_id` is whose it is. `reporter_key`
-- stands for whoever reported (an account, or an address that can't be read back) and counts who reported how often;
-- it and the e-mail address are forgotten some time after the report was closed. `case_sha256` is the hash of the secret
-- by which somebody without an account follows the case.
CREATE TABLE reports (
    id UUID NOT NULL PRIMARY KEY,
    picture_id UUID REFERENCES pictures (id),
    sequence_id UUID REFERENCES sequences (id),
    owner_id UUID NOT NULL REFERENCES accounts (id),
    issue TEXT COLLATE "C" NOT NULL CHECK (issue IN (
        'blur_missing', 'blur_excess', 'inappropriate', 'privacy', 'picture_low_quality', 'mislocated', 'copyright', 'other')),
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('open', 'open_autofix', 'waiting', 'closed_solved', 'closed_ignored')),
    reporter_id UUID REFERENCES accounts (id),
    reporter_key TEXT COLLATE "C" NOT NULL,
    reporter_email TEXT COLLATE "C",
    reporter_comments TEXT COLLATE "C",
    resolver_id UUID REFERENCES accounts (id),
    resolver_role TEXT COLLATE "C" CHECK (resolver_role IN ('reporter', 'owner', 'moderator', 'rule')),
    resolver_comments TEXT COLLATE "C",
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    updated_at BIGINT NOT NULL,
    case_sha256 BYTEA NOT NULL,
    CHECK ((picture_id IS NULL) <> (sequence_id IS NULL)),
    CHECK ((closed_at IS NULL) = (status NOT IN ('closed_solved', 'closed_ignored')))
);
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
    report_id UUID NOT NULL REFERENCES reports (id),
    place BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account_id UUID REFERENCES accounts (id),
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('reporter', 'owner', 'moderator', 'rule')),
    status TEXT COLLATE "C" NOT NULL,
    withholds BOOLEAN NOT NULL,
    comments TEXT COLLATE "C",
    PRIMARY KEY (report_id, place)
);
CREATE INDEX report_events_by_time ON report_events (at, report_id, place);

-- Pictures that only their owner and administrators see because of a report, whatever else is said of who sees them.
CREATE TABLE withheld (
    picture_id UUID NOT NULL REFERENCES pictures (id),
    report_id UUID NOT NULL REFERENCES reports (id),
    PRIMARY KEY (picture_id, report_id)
);
CREATE INDEX withheld_by_report ON withheld (report_id);

-- Whatever a version says that knows nothing of reports.
CREATE FUNCTION withheld_is_not_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM withheld w WHERE w.picture_id = NEW.id) THEN
        RAISE EXCEPTION 'a report withholds picture %', NEW.id;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER withheld_is_not_shown BEFORE UPDATE OF audience ON pictures
FOR EACH ROW WHEN (NEW.audience < 2) EXECUTE FUNCTION withheld_is_not_shown();

-- Sequences are listed in several orders, with tombstones among them.
DROP INDEX sequences_by_creation;
DROP INDEX sequences_by_account;
CREATE INDEX sequences_by_creation ON sequences (created_at, id);
CREATE INDEX sequences_by_update ON sequences (updated_at, id);
CREATE INDEX sequences_by_capture ON sequences (COALESCE(first_captured_at, 0), id);
CREATE INDEX sequences_by_account ON sequences (account_id, created_at, id);

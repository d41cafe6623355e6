-- A kind of job more: `redact` redacts a published picture again.
ALTER TABLE jobs DROP CONSTRAINT jobs_kind_check;
ALTER TABLE jobs
    ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('dispatch', 'refresh', 'destroy', 'redact', 'process'));

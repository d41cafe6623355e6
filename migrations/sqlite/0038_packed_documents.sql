-- Documents of pictures are stored packed, as bytes: what was written before stays as the JSON that it is, and is read as such. So
-- the columns take both. What is stored does not change by that, so neither does the table: only what is said of it
-- (https://sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(replace(sql,
        'objects TEXT,', 'objects ANY,'),
        'exif TEXT NOT NULL,', 'exif ANY NOT NULL,'),
        'overrides TEXT NOT NULL,', 'overrides ANY NOT NULL,'),
        'detections TEXT,', 'detections ANY,')
    WHERE type = 'table' AND name = 'pictures';
PRAGMA writable_schema = RESET;
-- A table that comes and goes tells other connections that the schema is another.
CREATE TABLE packed_documents (id INTEGER PRIMARY KEY) STRICT;
DROP TABLE packed_documents;

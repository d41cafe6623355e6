-- What was asked for held the values of patches, which outlived the pictures that they were about. Which kind of edit it was
-- is kept, where there was nothing else in it.
UPDATE edits SET operation = '{"patch":[]}'
WHERE NOT EXISTS (SELECT 1 FROM json_object_keys(operation) AS keys (key) WHERE key IN ('turn', 'follow_track', 'shift', 'retime', 'retrack', 'level', 'show', 'undo', 'delete_annotation'));

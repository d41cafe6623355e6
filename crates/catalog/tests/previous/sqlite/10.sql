-- Data as the schema held them up to migration 10: before jobs took turns, and before there was a change log.
INSERT INTO accounts (id, name, name_key, admin, created_at) VALUES (x'00000000000000000000000000000001', 'Ada', 'ada', TRUE, 1717236000000000);
INSERT INTO upload_sets (id, account_id, title, sort_method, no_split, split_distance, no_deduplication, visibility, created_at,
    received, completed, dispatched, semantics, metadata)
VALUES (x'00000000000000000000000000000002', x'00000000000000000000000000000001', 'A walk', 'time-asc', FALSE, 50.5, FALSE, 'anyone', 1717236000000000, 3, TRUE, TRUE,
    '[{"key":"transport","value":"foot"}]', '{}');
INSERT INTO sequences (id, account_id, upload_set_id, place, status, visibility, created_at, updated_at, nb_pictures, west,
    south, east, north, first_captured_at, last_captured_at, title, camera, semantics)
VALUES (x'00000000000000000000000000000003', x'00000000000000000000000000000001', x'00000000000000000000000000000002', 0, 'ready', 'anyone', 1717236000000000, 1717236000000000, 1, 2.3499, 48.853, 2.3499, 48.853, 1717236000000000, 1717236000000000, 'A walk',
    '["Make","Model"]', '[]');
INSERT INTO pictures (id, account_id, upload_set_id, sequence_id, rank, status, visibility, lon, lat, quadkey, captured_at,
    captured_local, heading, heading_computed, projection, width, height, camera_make, file_name, content_md5,
    content_sha256, size, claimed_blurred, original, created_at, updated_at, objects, exif, overrides)
VALUES (x'00000000000000000000000000000010', x'00000000000000000000000000000001', x'00000000000000000000000000000002', x'00000000000000000000000000000003', 1, 'ready', 'anyone', 2.3499, 48.853, 443626987147115297, 1717236000000000,
    '2024-06-01T12:00:00+02:00', 90.0, FALSE, 'flat', 4000, 3000, 'Make', '16.jpg', '00000000000000000000000000000010', '0000000000000000000000000000000000000000000000000000000000000010', 1000, FALSE,
    NULL, 1717236000000000, 1717236000000000, '{"master":"10/m","master_size":1000,"sd":"10/s","thumb":"10/t","tiles":null}', '{"Exif.Image.Make":"Make"}', 'null');
INSERT INTO pictures (id, account_id, upload_set_id, sequence_id, rank, status, visibility, lon, lat, quadkey, captured_at,
    captured_local, heading, heading_computed, projection, width, height, camera_make, file_name, content_md5,
    content_sha256, size, claimed_blurred, original, created_at, updated_at, objects, exif, overrides)
VALUES (x'00000000000000000000000000000011', x'00000000000000000000000000000001', x'00000000000000000000000000000002', NULL, NULL, 'waiting', 'anyone', 2.3499, 48.853, 443626987147115297, 1717236000000000,
    '2024-06-01T12:00:00+02:00', 90.0, FALSE, 'flat', 4000, 3000, 'Make', '17.jpg', '00000000000000000000000000000011', '0000000000000000000000000000000000000000000000000000000000000011', 1000, FALSE,
    '17', 1717236000000000, 1717236000000000, NULL, '{"Exif.Image.Make":"Make"}', 'null');
INSERT INTO pictures (id, account_id, upload_set_id, sequence_id, rank, status, visibility, lon, lat, quadkey, captured_at,
    captured_local, heading, heading_computed, projection, width, height, camera_make, file_name, content_md5,
    content_sha256, size, claimed_blurred, original, created_at, updated_at, objects, exif, overrides)
VALUES (x'00000000000000000000000000000012', x'00000000000000000000000000000001', x'00000000000000000000000000000002', NULL, NULL, 'deleted', 'anyone', 2.3499, 48.853, 443626987147115297, 1717236000000000,
    '2024-06-01T12:00:00+02:00', 90.0, FALSE, 'flat', 4000, 3000, 'Make', '18.jpg', '00000000000000000000000000000012', '0000000000000000000000000000000000000000000000000000000000000012', 1000, FALSE,
    '18', 1717236000000000, 1717236000000000, NULL, '{"Exif.Image.Make":"Make"}', 'null');
-- The triggers count and log a picture when it is published.
UPDATE pictures SET audience = 0 WHERE id = x'00000000000000000000000000000010';
INSERT INTO files (upload_set_id, file_name, picture_id, content_md5, size, inserted_at, rejection)
VALUES (x'00000000000000000000000000000002', 'file 1', x'00000000000000000000000000000010', NULL, 1, 1717236000000000, NULL);
INSERT INTO files (upload_set_id, file_name, picture_id, content_md5, size, inserted_at, rejection)
VALUES (x'00000000000000000000000000000002', 'file 2', x'00000000000000000000000000000011', NULL, 2, 1717236000000000, NULL);
INSERT INTO files (upload_set_id, file_name, picture_id, content_md5, size, inserted_at, rejection)
VALUES (x'00000000000000000000000000000002', 'file 3', NULL, NULL, 3, 1717236000000000, '{"reason":"invalid_file","severity":"error","message":"This is no picture."}');
INSERT INTO jobs (id, kind, subject, status, version, attempts, token, asked_at, due_at, reason, parked) VALUES
    (x'00000000000000000000000000000021', 'process', x'00000000000000000000000000000011', 'leased', 2, 2, x'00000000000000000000000000000031', 1717236000000000, 1717236060000000, NULL, NULL),
    (x'00000000000000000000000000000022', 'refresh', x'00000000000000000000000000000003', 'queued', 1, 1, NULL, 1717236000000000, 1717236005000000, 'storage was away', NULL),
    (x'00000000000000000000000000000023', 'destroy', x'00000000000000000000000000000012', 'dead', 1, 10, NULL, 1717236000000000, 1717236000000000, 'no reason', 1);

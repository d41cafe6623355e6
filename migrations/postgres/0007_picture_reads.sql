-- Indexes for reading published pictures. Those of places and times hold all that a search filters by.
CREATE INDEX pictures_by_place
    ON pictures (quadkey, audience, account_id, captured_at, lon, lat, projection, sequence_id, id)
    WHERE audience IS NOT NULL;
CREATE INDEX pictures_by_time
    ON pictures (captured_at, id, audience, account_id, lon, lat)
    WHERE audience IS NOT NULL;
CREATE INDEX pictures_by_account_and_place
    ON pictures (account_id, quadkey, audience, captured_at, projection, id)
    WHERE audience IS NOT NULL;
-- The extent of what everybody may see is four ends of these and two of pictures_in_public_by_time.
CREATE INDEX pictures_in_public_by_time ON pictures (captured_at) WHERE audience = 0;
CREATE INDEX pictures_in_public_by_lon ON pictures (lon) WHERE audience = 0;
CREATE INDEX pictures_in_public_by_lat ON pictures (lat) WHERE audience = 0;

-- Published pictures counted in cells of the zoom levels 6, 9 and 12, which maps of large areas are drawn from without
-- reading each picture. Cells are named by their first keys; a cell of zoom z is 4^(30 - z) keys wide. Triggers keep the
-- counts in the transaction of whatever changes a picture, so that no path can forget them.
CREATE TABLE coverage_counts (
    zoom INTEGER NOT NULL,
    cell INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    account_id BLOB NOT NULL,
    pictures INTEGER NOT NULL,
    panoramas INTEGER NOT NULL,
    PRIMARY KEY (zoom, cell, audience, account_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER coverage_counts_take AFTER UPDATE OF audience, quadkey, projection, account_id ON pictures
WHEN OLD.audience IS NOT NULL AND (NEW.audience, NEW.quadkey, NEW.projection, NEW.account_id)
    IS NOT (OLD.audience, OLD.quadkey, OLD.projection, OLD.account_id)
BEGIN
    UPDATE coverage_counts
    SET pictures = pictures - 1, panoramas = panoramas - (OLD.projection = 'equirectangular')
    WHERE audience = OLD.audience AND account_id = OLD.account_id AND (zoom, cell) IN (VALUES
        (6, OLD.quadkey - OLD.quadkey % 281474976710656),
        (9, OLD.quadkey - OLD.quadkey % 4398046511104),
        (12, OLD.quadkey - OLD.quadkey % 68719476736));
    DELETE FROM coverage_counts
    WHERE pictures = 0 AND audience = OLD.audience AND account_id = OLD.account_id AND (zoom, cell) IN (VALUES
        (6, OLD.quadkey - OLD.quadkey % 281474976710656),
        (9, OLD.quadkey - OLD.quadkey % 4398046511104),
        (12, OLD.quadkey - OLD.quadkey % 68719476736));
END;

CREATE TRIGGER coverage_counts_give AFTER UPDATE OF audience, quadkey, projection, account_id ON pictures
WHEN NEW.audience IS NOT NULL AND (NEW.audience, NEW.quadkey, NEW.projection, NEW.account_id)
    IS NOT (OLD.audience, OLD.quadkey, OLD.projection, OLD.account_id)
BEGIN
    INSERT INTO coverage_counts (zoom, cell, audience, account_id, pictures, panoramas)
    VALUES
        (6, NEW.quadkey - NEW.quadkey % 281474976710656, NEW.audience, NEW.account_id, 1, NEW.projection = 'equirectangular'),
        (9, NEW.quadkey - NEW.quadkey % 4398046511104, NEW.audience, NEW.account_id, 1, NEW.projection = 'equirectangular'),
        (12, NEW.quadkey - NEW.quadkey % 68719476736, NEW.audience, NEW.account_id, 1, NEW.projection = 'equirectangular')
    ON CONFLICT (zoom, cell, audience, account_id) DO UPDATE SET
        pictures = pictures + 1, panoramas = panoramas + excluded.panoramas;
END;

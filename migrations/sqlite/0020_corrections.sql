-- What the camera measured stays, beside the heading that is shown. `metadata_revision` counts how often what the
-- picture says of place, time and the like was corrected; `served_revision` is the one that the served files tell. An
-- upload set keeps what was odd about its positions when it was last dispatched, for its contributor.
ALTER TABLE pictures ADD COLUMN sensor_heading REAL;
ALTER TABLE pictures ADD COLUMN metadata_revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pictures ADD COLUMN served_revision INTEGER NOT NULL DEFAULT 0;
UPDATE pictures SET sensor_heading = heading WHERE NOT heading_computed AND heading IS NOT NULL;

ALTER TABLE upload_sets ADD COLUMN notices TEXT NOT NULL DEFAULT '[]';

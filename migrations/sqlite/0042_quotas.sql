-- How much one account may have here, where that is not as the instance has it: pictures, and bytes of the files that they came in.
-- 0: as much as it likes.
ALTER TABLE accounts ADD COLUMN most_pictures INTEGER;
ALTER TABLE accounts ADD COLUMN most_bytes INTEGER;

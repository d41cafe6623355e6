-- Whoever keeps a copy takes the newer of two states by `updated_at`. The time of a change is read before its writer waits for
-- whoever writes the same row, and the clocks of two servers differ, so a later state would now and then bear an earlier
-- time: it then keeps the time of the state before.
CREATE FUNCTION keep_the_later_time() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := OLD.updated_at;
    RETURN NEW;
END
$$;

CREATE TRIGGER updated_at_never_goes_back BEFORE UPDATE ON pictures FOR EACH ROW
WHEN (NEW.updated_at < OLD.updated_at) EXECUTE FUNCTION keep_the_later_time();

CREATE TRIGGER updated_at_never_goes_back BEFORE UPDATE ON sequences FOR EACH ROW
WHEN (NEW.updated_at < OLD.updated_at) EXECUTE FUNCTION keep_the_later_time();

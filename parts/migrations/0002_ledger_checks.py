"""What PostgreSQL forbids in the stock ledger: changing it, unbalanced moves, serial numbers in two places."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER stockmove_append_only BEFORE UPDATE OR DELETE ON parts_stockmove
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER stockentry_append_only BEFORE UPDATE OR DELETE ON parts_stockentry
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE FUNCTION parts_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM parts_stockentry WHERE move_id = NEW.move_id
               GROUP BY part_id HAVING sum(quantity) <> 0) THEN
        RAISE EXCEPTION 'stock move % does not sum to zero', NEW.move_id USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT tracked = 'serial' FROM parts_part WHERE id = NEW.part_id) <> (NEW.serial_id IS NOT NULL) THEN
        RAISE EXCEPTION 'stock entry % and its part disagree about serials', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.quantity < 0
       AND (SELECT kind FROM parts_stockmove WHERE id = NEW.move_id) = 'issue'
       AND (SELECT kind FROM parts_location WHERE id = NEW.location_id) NOT IN ('store', 'engineer') THEN
        RAISE EXCEPTION 'stock entry % issues what is not usable', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER stockentry_balanced AFTER INSERT ON parts_stockentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION parts_check_entry();

CREATE FUNCTION parts_check_serial() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    piece bigint := CASE TG_TABLE_NAME WHEN 'parts_serial' THEN (to_jsonb(NEW) ->> 'id')::bigint
                                       ELSE (to_jsonb(NEW) ->> 'serial_id')::bigint END;
    here bigint;
    counted boolean;
BEGIN
    SELECT s.location_id, l.branch_id IS NOT NULL INTO here, counted
    FROM parts_serial s JOIN parts_location l ON l.id = s.location_id WHERE s.id = piece;
    IF EXISTS (SELECT 1 FROM parts_stockentry e JOIN parts_location l ON l.id = e.location_id
               WHERE e.serial_id = piece AND l.branch_id IS NOT NULL
               GROUP BY l.id HAVING sum(e.quantity) <> (l.id = here)::int)
       OR (counted AND NOT EXISTS (SELECT 1 FROM parts_stockentry WHERE serial_id = piece AND location_id = here))
    THEN
        RAISE EXCEPTION 'serial % is not where the ledger has it', piece USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER stockentry_serial_place AFTER INSERT ON parts_stockentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.serial_id IS NOT NULL)
    EXECUTE FUNCTION parts_check_serial();
CREATE CONSTRAINT TRIGGER serial_place AFTER INSERT OR UPDATE OF location_id ON parts_serial
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION parts_check_serial();
"""

BACKWARD = """
DROP TRIGGER serial_place ON parts_serial;
DROP TRIGGER stockentry_serial_place ON parts_stockentry;
DROP FUNCTION parts_check_serial();
DROP TRIGGER stockentry_balanced ON parts_stockentry;
DROP FUNCTION parts_check_entry();
DROP TRIGGER stockentry_append_only ON parts_stockentry;
DROP TRIGGER stockmove_append_only ON parts_stockmove;
"""


class Migration(migrations.Migration):
    dependencies = [("parts", "0001_initial"), ("kernel", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

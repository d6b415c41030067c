"""A calendar's version gets a life: its plan stays frozen once approved, its state and time of force may change.

Of the calendars published so far the last version is in force, the others were superseded by their successor.
"""

from django.db import migrations

FROZEN = """
CREATE FUNCTION kernel_freeze_calendar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status NOT IN ('draft', 'dropped') THEN
            RAISE EXCEPTION 'kernel_calendarversion is append-only' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.status <> 'draft' AND (NEW.plan, NEW.calendar_id, NEW.number) IS DISTINCT FROM
            (OLD.plan, OLD.calendar_id, OLD.number) THEN
        RAISE EXCEPTION 'kernel_calendarversion is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER calendarversion_append_only ON kernel_calendarversion;
CREATE TRIGGER calendarversion_append_only BEFORE UPDATE OR DELETE ON kernel_calendarversion
    FOR EACH ROW EXECUTE FUNCTION kernel_freeze_calendar();
"""

THAWED = """
DROP TRIGGER calendarversion_append_only ON kernel_calendarversion;
CREATE TRIGGER calendarversion_append_only BEFORE UPDATE OR DELETE ON kernel_calendarversion
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
DROP FUNCTION kernel_freeze_calendar();
"""

FORWARD = """
    UPDATE kernel_calendarversion AS version
    SET valid_from = version.at, valid_to = later.at,
        status = CASE WHEN later.at IS NULL THEN 'in_force' ELSE 'superseded' END
    FROM (
        SELECT id, lead(at) OVER (PARTITION BY calendar_id ORDER BY number) AS at FROM kernel_calendarversion
    ) AS later
    WHERE later.id = version.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0012_calendar_lives"),
    ]

    operations = [
        migrations.RunSQL(FROZEN, THAWED),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]

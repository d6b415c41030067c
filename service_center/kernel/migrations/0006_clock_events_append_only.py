"""What PostgreSQL forbids of clocks: changing what happened to them, or which rungs have fired."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER clockevent_append_only BEFORE UPDATE OR DELETE ON kernel_clockevent
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER rungfiring_append_only BEFORE UPDATE OR DELETE ON kernel_rungfiring
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER calendarversion_append_only BEFORE UPDATE OR DELETE ON kernel_calendarversion
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
"""

BACKWARD = """
DROP TRIGGER clockevent_append_only ON kernel_clockevent;
DROP TRIGGER rungfiring_append_only ON kernel_rungfiring;
DROP TRIGGER calendarversion_append_only ON kernel_calendarversion;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0005_rulebook_force")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

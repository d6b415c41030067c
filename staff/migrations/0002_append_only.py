"""What PostgreSQL forbids: changing or removing an entry of the ledgers of scores and working time."""

from django.db import migrations

TABLES = ("staff_scoreentry", "staff_timeentry")
FORWARD = "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER {table}_append_only ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_append_only"), ("staff", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

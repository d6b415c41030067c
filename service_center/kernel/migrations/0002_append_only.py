"""What PostgreSQL forbids: changing the journal. And the extension the exclusion constraints of the apps need."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

FORWARD = """
CREATE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON kernel_event
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON kernel_event
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER eventlink_append_only BEFORE UPDATE OR DELETE ON kernel_eventlink
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER eventlink_no_truncate BEFORE TRUNCATE ON kernel_eventlink
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
"""

BACKWARD = """
DROP TRIGGER event_append_only ON kernel_event;
DROP TRIGGER event_no_truncate ON kernel_event;
DROP TRIGGER eventlink_append_only ON kernel_eventlink;
DROP TRIGGER eventlink_no_truncate ON kernel_eventlink;
DROP FUNCTION kernel_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [BtreeGistExtension(), migrations.RunSQL(FORWARD, BACKWARD)]

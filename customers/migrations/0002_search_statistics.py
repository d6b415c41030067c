"""Let the planner know rare words too: with the default it walks the primary key for them."""

from django.db import migrations

FORWARD = "ALTER TABLE customers_searchdoc ALTER COLUMN words SET STATISTICS 3000"
BACKWARD = "ALTER TABLE customers_searchdoc ALTER COLUMN words SET STATISTICS -1"


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

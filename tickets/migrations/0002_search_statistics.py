from django.db import migrations


class Migration(migrations.Migration):
    """With the default statistics the planner walks the primary key for a rare word instead of using the index."""

    dependencies = [("tickets", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE tickets_searchdoc ALTER COLUMN document SET STATISTICS 3000",
            "ALTER TABLE tickets_searchdoc ALTER COLUMN document SET STATISTICS -1",
        )
    ]

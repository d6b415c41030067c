"""Indexes over the instants that put a row into a period: what a dashboard reads of days that are cut."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0015_alarms"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("breached_at", None), ("state", "met")),
                fields=["kind", "stopped_at"],
                name="clock_met",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("breached_at__isnull", False)),
                fields=["kind", "breached_at"],
                name="clock_breached",
            ),
        ),
    ]

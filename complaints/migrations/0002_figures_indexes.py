"""Indexes over the instants that put a row into a period: what a dashboard reads of days that are cut."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0001_initial"),
        ("customers", "0002_search_statistics"),
        ("staff", "0002_append_only"),
        ("tickets", "0006_priority"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["reported_at"], name="complaint_reported"),
        ),
    ]

"""Indexes over the instants that put a row into a period: what a dashboard reads of days that are cut."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0002_figures_indexes"),
        ("customers", "0002_search_statistics"),
        ("staff", "0002_append_only"),
        ("surveys", "0001_initial"),
        ("tickets", "0006_priority"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(fields=["due_at"], include=("status", "customer"), name="follow_up_period"),
        ),
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                condition=models.Q(("completed_at__isnull", False)),
                fields=["completed_at"],
                name="follow_up_completed",
            ),
        ),
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                condition=models.Q(("requested_at__isnull", False)),
                fields=["requested_at"],
                name="follow_up_requested",
            ),
        ),
    ]

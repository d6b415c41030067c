"""Indexes over the instants that put a row into a period: what a dashboard reads of days that are cut."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_search_statistics"),
        ("staff", "0002_append_only"),
        ("tickets", "0006_priority"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="diagnosis",
            index=models.Index(
                fields=["at"], include=("fault_class", "fault_code", "ticket"), name="diagnosis_found"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)), fields=["closed_at"], name="ticket_closed"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["unit", "closed_at"], name="ticket_unit_closed"),
        ),
    ]

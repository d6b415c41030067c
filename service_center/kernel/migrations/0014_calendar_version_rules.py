"""One version of a calendar in force, since when, and nobody agrees to an own draft."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0013_calendar_versions_in_force"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="calendarversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "in_force")),
                fields=("calendar",),
                name="calendar_version_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["in_force", "superseded"]), _negated=True),
                    ("valid_from__isnull", False),
                    _connector="OR",
                ),
                name="calendar_version_force_has_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["approved", "in_force"]), _negated=True),
                    models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                    ("approved_by", None),
                    ("drafted_by", None),
                    _connector="OR",
                ),
                name="calendar_version_four_eyes",
            ),
        ),
    ]

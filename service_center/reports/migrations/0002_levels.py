"""Sums told apart by line and engineer at once: a cache, made anew and built again by the periodic job."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_sums"),
    ]

    operations = [
        migrations.DeleteModel(name="DaySum"),
        migrations.RunSQL("TRUNCATE reports_tally, reports_built", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="DaySum",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("whole", "Whole"), ("line", "Line"), ("engineer", "Engineer")], max_length=8
                    ),
                ),
                ("branch_id", models.BigIntegerField()),
                ("line_id", models.BigIntegerField()),
                ("engineer_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("part", models.CharField(max_length=40)),
                ("count", models.IntegerField()),
                ("amount", models.DecimalField(decimal_places=6, max_digits=20)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("level", "day", "branch_id", "line_id", "engineer_id", "part"),
                        name="day_sum_once",
                    )
                ],
            },
        ),
    ]

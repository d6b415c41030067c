"""Calendars have drafts and approvals, open clocks come under a new version in batches, documents are reviewed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0011_four_eyes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Changeover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "等待生效"), ("running", "正在套用"), ("done", "已完成")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("total", models.PositiveIntegerField(default=0)),
                ("moved", models.PositiveIntegerField(default=0)),
                ("kept", models.PositiveIntegerField(default=0)),
                ("batches", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField()),
                ("done_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                ("reminded_on", models.DateField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="calendar",
            name="owner_code",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="calendar",
            name="owner_kind",
            field=models.CharField(
                blank=True,
                choices=[("", "全公司"), ("branch", "网点"), ("supplier", "供应商")],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="approved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="drafted_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="notes",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="source",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("approved", "已批准"),
                    ("in_force", "生效"),
                    ("superseded", "已被取代"),
                    ("dropped", "已放弃"),
                ],
                default="superseded",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="valid_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="valid_to",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="calendar",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner_code", ""), ("owner_kind", "")),
                    models.Q(
                        models.Q(("owner_kind", ""), _negated=True),
                        models.Q(("owner_code", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="calendar_owner_whole",
            ),
        ),
        migrations.AddField(
            model_name="changeover",
            name="asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="changeover",
            name="calendar_version",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changeover",
                to="kernel.calendarversion",
            ),
        ),
        migrations.AddField(
            model_name="changeover",
            name="rule",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changeover",
                to="kernel.rule",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="kernel.document"
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="done_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="changeover",
            index=models.Index(
                condition=models.Q(("state", "done"), _negated=True),
                fields=["starts_at"],
                name="changeover_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("calendar_version__isnull", False), ("rule__isnull", True)),
                    models.Q(("calendar_version__isnull", True), ("rule__isnull", False)),
                    _connector="OR",
                ),
                name="changeover_one_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="changeover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    ("finished_at__isnull", False),
                    _connector="OR",
                ),
                name="changeover_end_known",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(condition=models.Q(("done_at", None)), fields=["due_on"], name="review_due"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)), fields=("document",), name="review_one_planned"
            ),
        ),
    ]

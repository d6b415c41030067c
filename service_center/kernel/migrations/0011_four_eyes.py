"""Nobody agrees to an own draft, from now on: what was approved before stays as it is (NOT VALID)."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0010_presence_recent"),
    ]

    operations = [
        migrations.AlterField(
            model_name="approvalstep",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("approved", "已批准"),
                    ("in_force", "生效"),
                    ("superseded", "已被取代"),
                    ("dropped", "已放弃"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="rule",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("approved", "已批准"),
                    ("in_force", "生效"),
                    ("superseded", "已被取代"),
                    ("dropped", "已放弃"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="setting",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("approved", "已批准"),
                    ("in_force", "生效"),
                    ("superseded", "已被取代"),
                    ("dropped", "已放弃"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        AddConstraintNotValid(
            model_name="approvalstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["approved", "in_force"]), _negated=True),
                    models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                    ("approved_by", None),
                    ("drafted_by", None),
                    _connector="OR",
                ),
                name="approvalstep_four_eyes",
            ),
        ),
        AddConstraintNotValid(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["approved", "in_force"]), _negated=True),
                    models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                    ("approved_by", None),
                    ("drafted_by", None),
                    _connector="OR",
                ),
                name="rule_four_eyes",
            ),
        ),
        AddConstraintNotValid(
            model_name="setting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["approved", "in_force"]), _negated=True),
                    models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                    ("approved_by", None),
                    ("drafted_by", None),
                    _connector="OR",
                ),
                name="setting_four_eyes",
            ),
        ),
    ]

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

import service_center.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0002_append_only"),
        ("kernel", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Branch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=10, unique=True)),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
                ("zone", models.CharField(default="Asia/Shanghai", max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="Skill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30, unique=True)),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="teams", to="staff.branch"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("agent", "客户服务专员"),
                            ("supervisor", "服务主任"),
                            ("manager", "售后服务经理"),
                            ("engineer", "维修工程师"),
                            ("expert", "技术专家"),
                            ("trainer", "技术培训师"),
                            ("parts", "配件主管"),
                            ("buyer", "配件采购员"),
                            ("storekeeper", "配件库管员"),
                            ("inspector", "质检员"),
                            ("accountant", "会计员"),
                            ("quality", "质量监控"),
                            ("analyst", "数据分析"),
                            ("director", "副总经理/总经理"),
                            ("admin", "系统管理员"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "extra_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("agent", "客户服务专员"),
                                ("supervisor", "服务主任"),
                                ("manager", "售后服务经理"),
                                ("engineer", "维修工程师"),
                                ("expert", "技术专家"),
                                ("trainer", "技术培训师"),
                                ("parts", "配件主管"),
                                ("buyer", "配件采购员"),
                                ("storekeeper", "配件库管员"),
                                ("inspector", "质检员"),
                                ("accountant", "会计员"),
                                ("quality", "质量监控"),
                                ("analyst", "数据分析"),
                                ("director", "副总经理/总经理"),
                                ("admin", "系统管理员"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("phone", service_center.kernel.fields.EncryptedTextField(blank=True, default="")),
                ("email", service_center.kernel.fields.EncryptedTextField(blank=True, default="")),
                ("is_available", models.BooleanField(default=True)),
                ("joined_on", models.DateField(blank=True, null=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="people", to="staff.branch"
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="person",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="staff.team",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("left_at", None)),
                        fields=["branch", "role"],
                        name="person_branch_role",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("successor", None), ("left_at__isnull", False), _connector="OR"),
                        name="person_successor_only_of_leavers",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Appraisal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.DateField()),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[("generated", "待确认"), ("confirmed", "已确认")],
                        default="generated",
                        max_length=10,
                        protected=True,
                    ),
                ),
                ("total", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("compiled_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appraisals",
                        to="staff.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-period", "-id"], name="appraisal_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "period"), name="appraisal_once_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(("period__day", 1)), name="appraisal_period_is_a_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("status", "generated")),
                            models.Q(("confirmed_at__isnull", False), ("status", "confirmed")),
                            _connector="OR",
                        ),
                        name="appraisal_confirmed_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("period", models.DateField()),
                (
                    "criterion",
                    models.CharField(
                        choices=[
                            ("knowledge", "业务知识"),
                            ("skill", "服务技能"),
                            ("attitude", "工作态度"),
                            ("satisfaction", "客户满意度"),
                        ],
                        max_length=12,
                    ),
                ),
                ("value", models.DecimalField(decimal_places=2, max_digits=5)),
                ("source_type", models.CharField(blank=True, max_length=60)),
                ("source_id", models.BigIntegerField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scores", to="staff.person"
                    ),
                ),
                (
                    "posted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "retracts",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retracted_by",
                        to="staff.scoreentry",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "period", "criterion"], name="score_person_period")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0), ("value__lte", 100)), name="score_0_to_100"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__day", 1)), name="score_period_is_a_month"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retracts", None), ("source_id__isnull", False)),
                        fields=("source_type", "source_id", "person", "criterion"),
                        name="score_once_per_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonSkill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(default=3)),
                ("assessed_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="skills", to="staff.person"
                    ),
                ),
                (
                    "skill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="people", to="staff.skill"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "skill"), name="person_skill_once"),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 5)), name="person_skill_level"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("paid", "收费"),
                            ("contract", "合同"),
                            ("free", "免费"),
                            ("administrative", "行政"),
                        ],
                        max_length=14,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("minutes", models.PositiveIntegerField()),
                ("source_type", models.CharField(blank=True, max_length=60)),
                ("source_id", models.BigIntegerField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("posted_at", models.DateTimeField()),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_entries",
                        to="staff.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "started_at"], name="time_person_started"),
                    models.Index(fields=["source_type", "source_id"], name="time_source"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 1440)),
                        name="time_entry_within_a_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Licence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("product_line", models.CharField(blank=True, max_length=30)),
                ("product_model", models.CharField(blank=True, max_length=40)),
                (
                    "basis",
                    models.CharField(
                        choices=[("test", "培训考核合格"), ("certificate", "持证")],
                        default="test",
                        max_length=12,
                    ),
                ),
                ("certificate", models.CharField(blank=True, max_length=60)),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="licences",
                        to="staff.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "product_line"], name="licence_person_line")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="licence_ends_after_start",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("visit", "上门"),
                            ("leave", "请假"),
                            ("shift_block", "不当班"),
                            ("training", "培训"),
                        ],
                        max_length=12,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("span", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("proposed", "待确认"), ("confirmed", "已确认"), ("released", "已释放")],
                        default="confirmed",
                        max_length=10,
                    ),
                ),
                ("source_type", models.CharField(blank=True, max_length=60)),
                ("source_id", models.BigIntegerField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField(default=0)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="staff.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["source_type", "source_id"], name="booking_source")],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status__in", ["proposed", "confirmed"])),
                        expressions=[("person", "="), ("span", "&&")],
                        name="booking_no_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="booking_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("span__endswith__gte", models.F("ends_at")),
                            ("span__startswith__lte", models.F("starts_at")),
                        ),
                        name="booking_span_holds_work",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppraisalLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "criterion",
                    models.CharField(
                        choices=[
                            ("knowledge", "业务知识"),
                            ("skill", "服务技能"),
                            ("attitude", "工作态度"),
                            ("satisfaction", "客户满意度"),
                        ],
                        max_length=12,
                    ),
                ),
                ("weight", models.DecimalField(decimal_places=2, max_digits=5)),
                ("figure", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                (
                    "appraisal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="staff.appraisal",
                    ),
                ),
                ("entries", models.ManyToManyField(related_name="+", to="staff.scoreentry")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("appraisal", "criterion"), name="appraisal_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gte", 0), ("weight__lte", 100)),
                        name="appraisal_line_weight",
                    ),
                ],
            },
        ),
    ]

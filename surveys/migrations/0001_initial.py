import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("complaints", "0001_initial"),
        ("customers", "0001_initial"),
        ("kernel", "__first__"),
        ("staff", "0001_initial"),
        ("tickets", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("due", "待回访"),
                            ("in_contact", "联系中"),
                            ("completed", "已完成"),
                            ("unreachable", "无法联系"),
                            ("refused", "客户拒绝"),
                            ("cancelled", "已取消"),
                        ],
                        default="due",
                        max_length=12,
                        protected=True,
                    ),
                ),
                ("cycle", models.PositiveSmallIntegerField(default=0)),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("major", "重大问题或投诉"),
                            ("long", "更换配件或返厂维修"),
                            ("ordinary", "一般服务"),
                        ],
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("on_request", models.BooleanField(default=False)),
                ("requested_at", models.DateTimeField(null=True)),
                ("first_attempt_at", models.DateTimeField(null=True)),
                ("attempt_count", models.PositiveSmallIntegerField(default=0)),
                ("completed_at", models.DateTimeField(null=True)),
                ("solved", models.BooleanField(null=True)),
                ("polite", models.BooleanField(null=True)),
                ("missing", models.TextField(blank=True, max_length=10000)),
                ("satisfied", models.BooleanField(null=True)),
                ("score", models.PositiveSmallIntegerField(null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.branch"
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="complaints.complaint",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="customers.customer",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_follow_ups",
                        to="staff.person",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ("due", "in_contact"))),
                        fields=["due_at", "id"],
                        name="follow_up_due",
                    ),
                    models.Index(fields=["branch", "status", "due_at"], name="follow_up_branch"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("on_request", False)),
                        fields=("ticket", "cycle"),
                        name="follow_up_one_per_closing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ticket", None)),
                        fields=("complaint",),
                        name="follow_up_one_per_complaint",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ticket__isnull", False), ("complaint__isnull", False), _connector="OR"
                        ),
                        name="follow_up_of_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score", None), ("score__range", (1, 10)), _connector="OR"),
                        name="follow_up_score_1_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "completed"), _negated=True),
                            models.Q(
                                ("completed_at__isnull", False),
                                ("polite__isnull", False),
                                ("satisfied__isnull", False),
                                ("solved__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="follow_up_four_answers",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Questionnaire",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("version", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("service", "服务满意度调查"), ("card", "客户意见调查卡")], max_length=10
                    ),
                ),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=120)),
                ("questions", models.JSONField()),
                ("levels", models.JSONField(default=list)),
                ("scale_min", models.PositiveSmallIntegerField()),
                ("scale_max", models.PositiveSmallIntegerField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="questionnaire_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to", None)),
                        fields=("kind",),
                        name="questionnaire_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scale_max__gt", models.F("scale_min"))),
                        name="questionnaire_scale",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUpAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "电话"),
                            ("visit", "上门"),
                            ("email", "电子邮件"),
                            ("wechat", "微信"),
                            ("sms", "短信"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("reached", "已联系上"),
                            ("unreachable", "联系不上"),
                            ("refused", "客户拒绝"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=10000)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "follow_up",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="surveys.followup",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                ("cycle", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField()),
                ("sent_count", models.PositiveSmallIntegerField(default=1)),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("link", "在线问卷"), ("phone", "电话"), ("interview", "面谈")],
                        max_length=10,
                    ),
                ),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("comment", models.TextField(blank=True, max_length=10000)),
                (
                    "comment_kind",
                    models.CharField(
                        blank=True,
                        choices=[("suggestion", "建议"), ("complaint", "投诉"), ("praise", "表扬")],
                        max_length=10,
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.branch"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="survey_invitations",
                        to="customers.customer",
                    ),
                ),
                (
                    "engineer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="survey_invitations",
                        to="tickets.ticket",
                    ),
                ),
                ("questionnaires", models.ManyToManyField(related_name="+", to="surveys.questionnaire")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["branch", "-id"], name="invitation_branch"),
                    models.Index(
                        condition=models.Q(("answered_at__isnull", False)),
                        fields=["answered_at"],
                        name="invitation_answered",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("ticket", "cycle"), name="invitation_once_per_closing")
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question", models.CharField(max_length=40)),
                ("value", models.PositiveSmallIntegerField()),
                ("scale_min", models.PositiveSmallIntegerField()),
                ("scale_max", models.PositiveSmallIntegerField()),
                ("score", models.DecimalField(decimal_places=2, max_digits=5)),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="surveys.invitation",
                    ),
                ),
                (
                    "questionnaire",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="surveys.questionnaire",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("invitation", "questionnaire", "question"), name="answer_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value__gte", models.F("scale_min")), ("value__lte", models.F("scale_max"))
                        ),
                        name="answer_on_scale",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rectification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[("open", "待分析原因"), ("analysed", "整改中"), ("done", "已整改")],
                        default="open",
                        max_length=10,
                        protected=True,
                    ),
                ),
                ("score", models.DecimalField(decimal_places=2, max_digits=5)),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("cause", models.TextField(blank=True, max_length=10000)),
                ("measure", models.TextField(blank=True, max_length=10000)),
                ("analysed_at", models.DateTimeField(null=True)),
                ("result", models.TextField(blank=True, max_length=10000)),
                ("completed_at", models.DateTimeField(null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.branch"
                    ),
                ),
                (
                    "engineer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
                (
                    "follow_up",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rectification",
                        to="surveys.followup",
                    ),
                ),
                (
                    "invitation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rectification",
                        to="surveys.invitation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rectifications",
                        to="staff.person",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rectifications",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["branch", "status", "due_at"], name="rectification_branch")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("follow_up", None), ("invitation__isnull", False)),
                            models.Q(("follow_up__isnull", False), ("invitation", None)),
                            _connector="OR",
                        ),
                        name="rectification_one_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("completed_at", None),
                            ("completed_at__gte", models.F("opened_at")),
                            _connector="OR",
                        ),
                        name="rectification_in_order",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
    ]

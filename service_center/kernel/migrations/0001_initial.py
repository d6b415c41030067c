import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import service_center.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.CharField(max_length=40, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                ("must_change_password", models.BooleanField(default=False)),
                ("language", models.CharField(default="zh-hans", max_length=8)),
                (
                    "theme",
                    models.CharField(
                        choices=[("auto", "auto"), ("light", "light"), ("dark", "dark")],
                        default="auto",
                        max_length=5,
                    ),
                ),
                ("session_epoch", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name_zh", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                ("zone", models.CharField(default="Asia/Shanghai", max_length=60)),
                ("weekly", models.JSONField(default=dict)),
                ("version", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Circuit",
            fields=[
                ("channel", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("open_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("series", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("value", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name="Gauge",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("value", models.FloatField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PeriodicJob",
            fields=[
                ("code", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("next_at", models.DateTimeField(db_index=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                ("failures", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="RulebookState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="CommandRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("principal", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=200)),
                ("fingerprint", models.CharField(max_length=64)),
                ("verb", models.CharField(blank=True, max_length=120)),
                ("result_type", models.CharField(blank=True, max_length=60)),
                ("result_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("principal", "key"), name="command_once")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "Email"), ("sms", "Sms")], max_length=10)),
                ("recipient", service_center.kernel.fields.EncryptedTextField()),
                ("recipient_masked", models.CharField(max_length=60)),
                ("template", models.CharField(max_length=80)),
                ("language", models.CharField(default="zh-hans", max_length=8)),
                ("title", service_center.kernel.fields.EncryptedTextField(blank=True, default="")),
                ("text", service_center.kernel.fields.EncryptedTextField()),
                ("links", service_center.kernel.fields.EncryptedJSONField(default=list)),
                ("subject_type", models.CharField(blank=True, max_length=60)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("dedupe_key", models.CharField(max_length=200, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("leased", "Leased"),
                            ("sent", "Sent"),
                            ("dead", "Dead"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_token", models.PositiveIntegerField(default=0)),
                ("provider_id", models.CharField(blank=True, max_length=120)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["queued", "leased"])),
                        fields=["channel", "next_try_at", "id"],
                        name="message_due",
                    ),
                    models.Index(fields=["subject_type", "subject_id", "id"], name="message_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("article", models.CharField(max_length=40)),
                ("title_zh", models.CharField(max_length=160)),
                ("title_en", models.CharField(max_length=160)),
                ("in_force_from", models.DateField(null=True)),
                ("in_force_to", models.DateField(null=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clauses",
                        to="kernel.document",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("document", "article"), name="clause_article")
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("read_only", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=80)),
                ("verb", models.CharField(max_length=80)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("subject_label", models.CharField(blank=True, max_length=120)),
                ("payload", models.JSONField(default=dict)),
                ("branch_id", models.BigIntegerField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("steps", models.JSONField(default=list)),
                ("step", models.PositiveSmallIntegerField(default=0)),
                ("current_role", models.CharField(blank=True, max_length=40)),
                ("current_branch", models.BigIntegerField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "待审批"),
                            ("approved", "已批准"),
                            ("rejected", "已驳回"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "pending")),
                        fields=["current_role", "current_branch"],
                        name="approval_inbox",
                    ),
                    models.Index(fields=["subject_type", "subject_id"], name="approval_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "pending")),
                        fields=("verb", "subject_type", "subject_id"),
                        name="approval_one_pending",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("status", "pending")),
                            models.Q(
                                models.Q(("status", "pending"), _negated=True), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="approval_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["approved", "rejected"]), _negated=True),
                            models.Q(("decided_by", models.F("requester")), _negated=True),
                            _connector="OR",
                        ),
                        name="approval_not_by_requester",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner_type", models.CharField(max_length=60)),
                ("owner_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=160)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("at", models.DateTimeField()),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["owner_type", "owner_id", "id"], name="attachment_owner")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner_type", "owner_id", "kind", "sha256"), name="attachment_once_per_owner"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("windows", models.JSONField(default=list)),
                ("name_zh", models.CharField(blank=True, max_length=80)),
                ("name_en", models.CharField(blank=True, max_length=80)),
                ("imported", models.BooleanField(default=False)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="kernel.calendar",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("calendar", "on"), name="calendar_exception_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("plan", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="kernel.calendar",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("calendar", "number"), name="calendar_version_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("schema", models.PositiveSmallIntegerField(default=1)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("version", models.IntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("occurred_at", models.DateTimeField()),
                ("data", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="event_at_brin"),
                    models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
                    models.Index(fields=["name", "at"], name="event_name_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("template", models.CharField(max_length=80)),
                ("params", models.JSONField(default=dict)),
                ("url", models.CharField(blank=True, max_length=200)),
                ("subject_type", models.CharField(blank=True, max_length=60)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("dedupe_key", models.CharField(max_length=200, null=True, unique=True)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-id"], name="notification_user"),
                    models.Index(
                        condition=models.Q(("read_at", None)), fields=["user"], name="notification_unread"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PasswordReset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="password_resets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("seen_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_type", "subject_id", "user"), name="presence_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UserSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("session_key", models.CharField(max_length=40, unique=True)),
                ("device", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApprovalDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.PositiveSmallIntegerField()),
                ("role", models.CharField(max_length=40)),
                ("approve", models.BooleanField()),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="kernel.approval",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("approval", "step"), name="approval_step_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ApprovalStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("conditions", models.JSONField(blank=True, default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("approved", "已批准"),
                            ("in_force", "生效"),
                            ("superseded", "已被取代"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("valid_from", models.DateTimeField(null=True)),
                ("valid_to", models.DateTimeField(null=True)),
                ("conflicts", models.JSONField(blank=True, default=list)),
                ("alternative", models.BooleanField(default=False)),
                ("mandatory", models.BooleanField(default=False)),
                ("demo", models.BooleanField(default=False)),
                ("notes", models.TextField(blank=True)),
                ("seed", models.CharField(editable=False, max_length=240, null=True, unique=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("kind", models.CharField(max_length=80)),
                ("name_zh", models.CharField(blank=True, max_length=120)),
                ("name_en", models.CharField(blank=True, max_length=120)),
                ("amount_min", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("amount_max", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("min_setting", models.CharField(blank=True, max_length=80)),
                ("max_setting", models.CharField(blank=True, max_length=80)),
                ("role", models.CharField(max_length=40)),
                ("order", models.PositiveSmallIntegerField(default=1)),
                ("same_branch", models.BooleanField(default=False)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="kernel.clause",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "status"], name="approvalstep_kind")],
                "constraints": [
                    models.UniqueConstraint(fields=("key", "version"), name="approvalstep_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "in_force")),
                        fields=("key",),
                        name="approvalstep_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["in_force", "superseded"]), _negated=True),
                            ("valid_from__isnull", False),
                            _connector="OR",
                        ),
                        name="approvalstep_force_has_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "superseded"), _negated=True),
                            ("valid_to__isnull", False),
                            _connector="OR",
                        ),
                        name="approvalstep_end_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="approvalstep_force_forward",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_min", None),
                            ("amount_max", None),
                            ("amount_max__gt", models.F("amount_min")),
                            _connector="OR",
                        ),
                        name="approvalstep_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subscriber", models.CharField(max_length=80)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("dead_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.event",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at", None)),
                        fields=["next_try_at", "id"],
                        name="delivery_due",
                    ),
                    models.Index(
                        fields=["subscriber", "subject_type", "subject_id", "id"], name="delivery_order"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "subscriber"), name="delivery_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="EventLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("object_id", models.BigIntegerField()),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="kernel.event",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["event"], name="eventlink_event")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "object_id", "event"), name="eventlink_object_event"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("conditions", models.JSONField(blank=True, default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("approved", "已批准"),
                            ("in_force", "生效"),
                            ("superseded", "已被取代"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("valid_from", models.DateTimeField(null=True)),
                ("valid_to", models.DateTimeField(null=True)),
                ("conflicts", models.JSONField(blank=True, default=list)),
                ("alternative", models.BooleanField(default=False)),
                ("mandatory", models.BooleanField(default=False)),
                ("demo", models.BooleanField(default=False)),
                ("notes", models.TextField(blank=True)),
                ("seed", models.CharField(editable=False, max_length=240, null=True, unique=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("code", models.CharField(max_length=80)),
                ("name_zh", models.CharField(blank=True, max_length=120)),
                ("name_en", models.CharField(blank=True, max_length=120)),
                ("value", models.DecimalField(decimal_places=4, max_digits=12)),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("second", "秒"),
                            ("minute", "分钟"),
                            ("hour", "小时"),
                            ("working_day", "工作日"),
                            ("natural_day", "自然日"),
                        ],
                        max_length=12,
                    ),
                ),
                ("rungs", models.JSONField(blank=True, default=list)),
                ("pausing_reasons", models.JSONField(blank=True, default=list)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.calendar"
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="kernel.clause",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["code", "status"], name="rule_code")],
                "constraints": [
                    models.UniqueConstraint(fields=("key", "version"), name="rule_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "in_force")), fields=("key",), name="rule_one_in_force"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["in_force", "superseded"]), _negated=True),
                            ("valid_from__isnull", False),
                            _connector="OR",
                        ),
                        name="rule_force_has_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "superseded"), _negated=True),
                            ("valid_to__isnull", False),
                            _connector="OR",
                        ),
                        name="rule_end_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="rule_force_forward",
                    ),
                    models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="rule_value_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("unit__in", ["working_day", "natural_day"]), _negated=True),
                            ("value__lt", 100000),
                            _connector="OR",
                        ),
                        name="rule_days_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("conditions", models.JSONField(blank=True, default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("approved", "已批准"),
                            ("in_force", "生效"),
                            ("superseded", "已被取代"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("valid_from", models.DateTimeField(null=True)),
                ("valid_to", models.DateTimeField(null=True)),
                ("conflicts", models.JSONField(blank=True, default=list)),
                ("alternative", models.BooleanField(default=False)),
                ("mandatory", models.BooleanField(default=False)),
                ("demo", models.BooleanField(default=False)),
                ("notes", models.TextField(blank=True)),
                ("seed", models.CharField(editable=False, max_length=240, null=True, unique=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("code", models.CharField(max_length=80)),
                ("name_zh", models.CharField(blank=True, max_length=120)),
                ("name_en", models.CharField(blank=True, max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("integer", "整数"),
                            ("decimal", "小数"),
                            ("money", "金额"),
                            ("weight", "权重"),
                            ("flag", "开关"),
                            ("text", "文本"),
                            ("duration", "时长"),
                            ("list", "列表"),
                            ("mapping", "对照表"),
                        ],
                        max_length=10,
                    ),
                ),
                ("value", models.JSONField()),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("minimum", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("maximum", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("choices", models.JSONField(blank=True, default=list)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="kernel.clause",
                    ),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["code", "status"], name="setting_code")],
                "constraints": [
                    models.UniqueConstraint(fields=("key", "version"), name="setting_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "in_force")),
                        fields=("key",),
                        name="setting_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["in_force", "superseded"]), _negated=True),
                            ("valid_from__isnull", False),
                            _connector="OR",
                        ),
                        name="setting_force_has_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "superseded"), _negated=True),
                            ("valid_to__isnull", False),
                            _connector="OR",
                        ),
                        name="setting_end_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="setting_force_forward",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("met", "Met"),
                            ("breached", "Breached"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("cycle", models.PositiveSmallIntegerField(default=1)),
                ("generation", models.PositiveSmallIntegerField(default=0)),
                ("fold_version", models.PositiveIntegerField(default=0)),
                ("target", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("promised_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("consumed_seconds", models.DecimalField(decimal_places=6, default=0, max_digits=17)),
                ("left_seconds", models.DecimalField(decimal_places=6, default=0, max_digits=17)),
                ("counted_to", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("pause_reason", models.CharField(blank=True, max_length=40)),
                ("warned_at", models.DateTimeField(null=True)),
                ("breached_at", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("schedule", models.JSONField(default=list)),
                ("next_at", models.DateTimeField(null=True)),
                ("next_rung", models.CharField(blank=True, max_length=20)),
                (
                    "calendar_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.calendarversion",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.rule"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at", "id"],
                        name="clock_due",
                    ),
                    models.Index(
                        condition=models.Q(("stopped_at", None)),
                        fields=["state", "due_at"],
                        name="clock_open_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_type", "subject_id", "kind"), name="clock_subject_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_at", None), ("next_rung", "")),
                            models.Q(("next_at__isnull", False), models.Q(("next_rung", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="clock_next_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_at", None),
                            models.Q(("state__in", ["running", "breached"]), ("stopped_at", None)),
                            _connector="OR",
                        ),
                        name="clock_next_only_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("start", "Start"),
                            ("pause", "Pause"),
                            ("resume", "Resume"),
                            ("stop", "Stop"),
                            ("retarget", "Retarget"),
                            ("cancel", "Cancel"),
                            ("reopen", "Reopen"),
                            ("retract", "Retract"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("occurred_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("data", models.JSONField(default=dict)),
                (
                    "calendar_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.calendarversion",
                    ),
                ),
                (
                    "clock",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="kernel.clock",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.rule",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("clock", "seq"), name="clock_event_seq")],
            },
        ),
        migrations.CreateModel(
            name="RungFiring",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cycle", models.PositiveSmallIntegerField()),
                ("generation", models.PositiveSmallIntegerField()),
                ("rung", models.CharField(max_length=20)),
                ("instant", models.DateTimeField()),
                ("fired_at", models.DateTimeField()),
                ("skipped", models.BooleanField(default=False)),
                ("fold_version", models.PositiveIntegerField()),
                (
                    "clock",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="firings",
                        to="kernel.clock",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["fired_at"], name="rung_fired_at")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clock", "cycle", "rung", "generation"), name="rung_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fired_at__gte", models.F("instant"))), name="rung_never_early"
                    ),
                ],
            },
        ),
    ]

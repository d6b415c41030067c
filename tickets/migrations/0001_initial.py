import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

import service_center.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
        ("kernel", "0001_initial"),
        ("kernel", "__first__"),
        ("parts", "0001_initial"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("registered", "已登记"),
                            ("verified", "已核实"),
                            ("answered", "已答复"),
                            ("classified", "已分类"),
                            ("dispatched", "已派工"),
                            ("appointed", "已预约"),
                            ("in_handling", "处理中"),
                            ("on_hold", "挂起"),
                            ("handled", "已处理"),
                            ("result_told", "结果已告知"),
                            ("closed", "已关闭"),
                            ("cancelled", "已取消"),
                            ("refused", "已拒绝"),
                        ],
                        default="registered",
                        max_length=12,
                        protected=True,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "电话"),
                            ("email", "电子邮件"),
                            ("web", "官网"),
                            ("portal", "客户自助页"),
                            ("wechat", "微信"),
                            ("app", "APP"),
                            ("counter", "门店"),
                            ("api", "系统接口"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reported_at", models.DateTimeField()),
                ("registered_at", models.DateTimeField()),
                ("warranty_until", models.DateField(null=True)),
                ("subject", models.CharField(max_length=120)),
                ("description", models.TextField(max_length=10000)),
                ("symptom", models.TextField(blank=True, max_length=10000)),
                (
                    "demand",
                    models.CharField(
                        choices=[
                            ("repair", "维修"),
                            ("return", "退货"),
                            ("exchange", "换货"),
                            ("consult", "咨询"),
                            ("install", "安装"),
                            ("maintain", "保养"),
                            ("complain", "投诉"),
                        ],
                        max_length=8,
                    ),
                ),
                ("promised_at", models.DateTimeField(null=True)),
                (
                    "zone",
                    models.CharField(
                        choices=[("city", "市区"), ("suburb", "郊区")], default="city", max_length=6
                    ),
                ),
                (
                    "nature",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fault", "产品故障"),
                            ("warranty", "保修"),
                            ("consultation", "咨询"),
                            ("usage", "使用指导"),
                            ("installation", "安装调试"),
                            ("maintenance", "保养"),
                            ("return_exchange", "退换货"),
                            ("complaint", "投诉"),
                            ("other", "其他"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[("urgent", "紧急"), ("general", "一般"), ("ordinary", "普通")],
                        default="ordinary",
                        max_length=8,
                    ),
                ),
                ("is_critical", models.BooleanField(default=False)),
                (
                    "complexity",
                    models.CharField(
                        blank=True, choices=[("simple", "简单"), ("complex", "复杂")], max_length=7
                    ),
                ),
                (
                    "service_category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("paid", "有费服务"),
                            ("contract", "合同服务"),
                            ("free", "免费服务"),
                            ("administrative", "一般行政工作"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("phone", "电话解决"),
                            ("remote", "远程"),
                            ("onsite", "上门"),
                            ("bringin", "送修"),
                            ("mailin", "寄修"),
                            ("exchange", "换机"),
                        ],
                        max_length=8,
                    ),
                ),
                ("assigned_at", models.DateTimeField(null=True)),
                ("expected_at", models.DateTimeField(null=True)),
                ("on_site", models.BooleanField(default=False)),
                ("consented", models.BooleanField(default=False)),
                ("diagnosed", models.BooleanField(default=False)),
                ("reopen_count", models.PositiveSmallIntegerField(default=0)),
                ("first_time_fix", models.BooleanField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("responded_at", models.DateTimeField(null=True)),
                ("classified_at", models.DateTimeField(null=True)),
                ("appointed_at", models.DateTimeField(null=True)),
                ("arrived_at", models.DateTimeField(null=True)),
                ("handled_at", models.DateTimeField(null=True)),
                ("result_told_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("archived_at", models.DateTimeField(null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assigned_tickets",
                        to="staff.person",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tickets", to="staff.branch"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="customers.contact",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="customers.customer",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_tickets",
                        to="staff.person",
                    ),
                ),
                (
                    "product_line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.productline",
                    ),
                ),
                (
                    "product_model",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.productmodel",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="customers.unit",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["branch", "status", "-id"], name="ticket_branch_status"),
                    models.Index(fields=["status", "-id"], name="ticket_status"),
                    models.Index(fields=["owner", "status"], name="ticket_owner_status"),
                    models.Index(fields=["assignee", "status"], name="ticket_assignee_status"),
                    models.Index(fields=["customer", "-id"], name="ticket_customer"),
                    models.Index(fields=["unit", "-id"], name="ticket_unit"),
                    models.Index(fields=["-reported_at", "-id"], name="ticket_reported"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "registered",
                                    "verified",
                                    "answered",
                                    "classified",
                                    "dispatched",
                                    "appointed",
                                    "in_handling",
                                    "on_hold",
                                    "handled",
                                    "result_told",
                                    "closed",
                                    "cancelled",
                                    "refused",
                                ],
                            )
                        ),
                        name="ticket_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["dispatched", "appointed"]), _negated=True),
                            ("assignee__isnull", False),
                            _connector="OR",
                        ),
                        name="ticket_dispatched_has_engineer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "registered",
                                    "verified",
                                    "classified",
                                    "dispatched",
                                    "appointed",
                                    "in_handling",
                                    "on_hold",
                                    "handled",
                                    "result_told",
                                ],
                            ),
                            ("closed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="ticket_ended_has_time",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("plan", models.TextField(max_length=10000)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "method",
                    models.CharField(
                        choices=[("signature", "签字"), ("verbal", "口头"), ("link", "链接确认")],
                        max_length=9,
                    ),
                ),
                ("signed_by", models.CharField(max_length=80)),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="consent_amount_not_negative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PartLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("quantity", models.PositiveIntegerField()),
                ("serials", models.JSONField(blank=True, default=list)),
                (
                    "source",
                    models.CharField(
                        choices=[("store", "仓库"), ("engineer", "工程师备件")], default="store", max_length=8
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("reserved", "已预留"),
                            ("short", "缺货"),
                            ("issued", "已领用"),
                            ("used", "已使用"),
                            ("released", "已释放"),
                        ],
                        max_length=8,
                    ),
                ),
                ("warranty_until", models.DateField(null=True)),
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
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parts.part"
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parts.reservation",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="part_lines",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["ticket", "status"], name="part_line_ticket"),
                    models.Index(fields=["part", "status"], name="part_line_part"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="part_line_quantity")
                ],
            },
        ),
        migrations.CreateModel(
            name="ResultCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("reached", "已联系上"), ("unreachable", "无法接通"), ("refused", "拒接")],
                        max_length=11,
                    ),
                ),
                ("satisfied", models.BooleanField(null=True)),
                ("reason", models.TextField(blank=True, max_length=10000)),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="result_calls",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReportDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("work_done", models.TextField(max_length=10000)),
                ("tested", models.BooleanField(default=False)),
                ("demonstrated", models.BooleanField(default=False)),
                ("customer_comment", models.TextField(blank=True, max_length=10000)),
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
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report_draft",
                        to="tickets.ticket",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reopening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(max_length=10000)),
                (
                    "via",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("phone", "电话"),
                            ("email", "电子邮件"),
                            ("web", "官网"),
                            ("portal", "客户自助页"),
                            ("wechat", "微信"),
                            ("app", "APP"),
                            ("counter", "门店"),
                            ("api", "系统接口"),
                        ],
                        max_length=8,
                    ),
                ),
                ("continued", models.BooleanField()),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reopenings",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("customer", "等待客户"),
                            ("part", "等待配件"),
                            ("factory", "返厂"),
                            ("approval", "等待审批"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "notice_channel",
                    models.CharField(
                        choices=[
                            ("phone", "电话"),
                            ("sms", "短信"),
                            ("email", "电子邮件"),
                            ("wechat", "微信"),
                            ("app", "APP"),
                            ("in_person", "当面"),
                            ("letter", "信函"),
                        ],
                        max_length=10,
                    ),
                ),
                ("notice_text", models.TextField(max_length=10000)),
                ("ended_at", models.DateTimeField(null=True)),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("ticket",), name="hold_one_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                    "new",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"
                    ),
                ),
                (
                    "old",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handovers",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "to",
                    models.CharField(
                        choices=[
                            ("expert", "技术专家"),
                            ("supervisor", "服务主任"),
                            ("manager", "售后服务经理"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(max_length=10000)),
                (
                    "asked",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["asked", "ticket"], name="escalation_asked")],
            },
        ),
        migrations.CreateModel(
            name="Diagnosis",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "fault_class",
                    models.CharField(
                        choices=[
                            ("device", "设备故障"),
                            ("software", "软件故障"),
                            ("environment", "环境因素"),
                        ],
                        max_length=11,
                    ),
                ),
                ("fault_code", models.CharField(blank=True, max_length=40)),
                ("cause", models.TextField(max_length=10000)),
                ("plan", models.TextField(max_length=10000)),
                ("readings", models.JSONField(blank=True, default=dict)),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diagnoses",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CustomerContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("occurred_at", models.DateTimeField()),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "电话"),
                            ("sms", "短信"),
                            ("email", "电子邮件"),
                            ("wechat", "微信"),
                            ("app", "APP"),
                            ("in_person", "当面"),
                            ("letter", "信函"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("reached", "已联系上"), ("unreachable", "无法接通"), ("refused", "拒接")],
                        max_length=11,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=10000)),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["ticket", "-occurred_at"], name="contact_ticket_time")],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("expected_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("offered", "待确认"),
                            ("accepted", "已接受"),
                            ("declined", "已拒绝"),
                            ("withdrawn", "已撤回"),
                            ("done", "已完成"),
                        ],
                        default="offered",
                        max_length=9,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, max_length=10000)),
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
                    "engineer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="staff.person",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["engineer", "ticket"], name="assignment_engineer")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["offered", "accepted"])),
                        fields=("ticket",),
                        name="assignment_one_alive",
                    )
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
                ("at", models.DateTimeField()),
                ("text", models.TextField(max_length=10000)),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("signed_by", models.CharField(max_length=80)),
                ("report_hash", models.CharField(max_length=64)),
                ("content", models.JSONField()),
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
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.attachment"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TicketLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("rel", models.CharField(max_length=20)),
                ("object_type", models.CharField(max_length=60)),
                ("object_id", models.BigIntegerField()),
                ("label", models.CharField(max_length=80)),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ticket", "rel", "object_type", "object_id"), name="ticket_link_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Triage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("fault", "产品故障"),
                            ("warranty", "保修"),
                            ("consultation", "咨询"),
                            ("usage", "使用指导"),
                            ("installation", "安装调试"),
                            ("maintenance", "保养"),
                            ("return_exchange", "退换货"),
                            ("complaint", "投诉"),
                            ("other", "其他"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[("urgent", "紧急"), ("general", "一般"), ("ordinary", "普通")], max_length=8
                    ),
                ),
                (
                    "complexity",
                    models.CharField(choices=[("simple", "简单"), ("complex", "复杂")], max_length=7),
                ),
                (
                    "service_category",
                    models.CharField(
                        choices=[
                            ("paid", "有费服务"),
                            ("contract", "合同服务"),
                            ("free", "免费服务"),
                            ("administrative", "一般行政工作"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("phone", "电话解决"),
                            ("remote", "远程"),
                            ("onsite", "上门"),
                            ("bringin", "送修"),
                            ("mailin", "寄修"),
                            ("exchange", "换机"),
                        ],
                        max_length=8,
                    ),
                ),
                ("is_critical", models.BooleanField(default=False)),
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
                    "product_line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.productline",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="triages",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("confirmed", models.BooleanField()),
                ("note", models.TextField(blank=True, max_length=10000)),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verifications",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("sequence", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("confirmed", "已约定"),
                            ("moved", "已改约"),
                            ("dropped", "已取消"),
                            ("arrived", "已到达"),
                            ("done", "已结束"),
                        ],
                        default="confirmed",
                        max_length=9,
                    ),
                ),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("place", service_center.kernel.fields.EncryptedTextField(blank=True, default="")),
                ("drop_reason", models.TextField(blank=True, max_length=10000)),
                ("customer_absent", models.BooleanField(default=False)),
                ("arrived_at", models.DateTimeField(null=True)),
                ("departed_at", models.DateTimeField(null=True)),
                ("arrived_latitude", models.DecimalField(decimal_places=3, max_digits=6, null=True)),
                ("arrived_longitude", models.DecimalField(decimal_places=3, max_digits=6, null=True)),
                ("departed_latitude", models.DecimalField(decimal_places=3, max_digits=6, null=True)),
                ("departed_longitude", models.DecimalField(decimal_places=3, max_digits=6, null=True)),
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
                    "engineer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="staff.person"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["engineer", "starts_at"], name="visit_engineer_day"),
                    models.Index(fields=["ticket", "sequence"], name="visit_ticket"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["confirmed", "arrived"])),
                        fields=("ticket",),
                        name="visit_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="visit_span",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("departed_at", None),
                            ("departed_at__gte", models.F("arrived_at")),
                            _connector="OR",
                        ),
                        name="visit_leaves_after_coming",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkTime",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("paid", "有费服务"),
                            ("contract", "合同服务"),
                            ("free", "免费服务"),
                            ("administrative", "一般行政工作"),
                        ],
                        max_length=14,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("minutes", models.PositiveIntegerField()),
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
                    "engineer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_times",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gt", 0), ("minutes__lte", 1440)), name="work_time_sane"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_document",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                ("document", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "db_table": "tickets_searchdoc",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["document"], name="searchdoc_gin")
                ],
            },
        ),
        migrations.CreateModel(
            name="FaultyPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "disposition",
                    models.CharField(
                        choices=[("customer", "交还客户"), ("custody", "留存"), ("disposed", "已处置")],
                        max_length=8,
                    ),
                ),
                ("serial", models.CharField(blank=True, max_length=60)),
                ("keep_until", models.DateField(null=True)),
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
                    "part_line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="faulty_part",
                        to="tickets.partline",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="faulty_parts",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(choices=[("agreed", "约定费用"), ("part", "配件费")], max_length=6),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("voided_at", models.DateTimeField(null=True)),
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
                    "consent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="tickets.consent",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="charge_amount_not_negative"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("work_done", models.TextField(max_length=10000)),
                ("tested", models.BooleanField()),
                ("demonstrated", models.BooleanField()),
                ("customer_comment", models.TextField(blank=True, max_length=10000)),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
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
                    "engineer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report",
                        to="tickets.signature",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="tickets.visit",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("number", models.CharField(max_length=20, unique=True)),
                ("fee", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("returned_at", models.DateTimeField(null=True)),
                ("archived_at", models.DateTimeField(null=True)),
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
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="voucher",
                        to="tickets.report",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vouchers",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closures",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.voucher",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]

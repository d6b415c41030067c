import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.expressions
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "__first__"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Location",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("store", "仓库"),
                            ("engineer", "工程师随身库"),
                            ("issued", "已领出"),
                            ("inspection", "待检区"),
                            ("quarantine", "隔离区"),
                            ("custody", "旧件保管区"),
                            ("supplier", "供应商"),
                            ("customer", "客户处"),
                            ("scrap", "报废"),
                            ("adjust", "盘点调整"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock_locations",
                        to="staff.branch",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock_locations",
                        to="staff.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "engineer"), _negated=True),
                        fields=("branch", "kind"),
                        name="location_one_per_branch",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("holder__isnull", False)),
                        fields=("holder",),
                        name="location_one_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("holder__isnull", False), ("kind", "engineer")),
                            models.Q(models.Q(("kind", "engineer"), _negated=True), ("holder__isnull", True)),
                            _connector="OR",
                        ),
                        name="location_holder_is_engineer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("branch__isnull", True),
                                ("kind__in", ("supplier", "customer", "scrap", "adjust")),
                            ),
                            models.Q(
                                models.Q(
                                    ("kind__in", ("supplier", "customer", "scrap", "adjust")), _negated=True
                                ),
                                ("branch__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="location_branch_inside",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartClass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name_zh", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                (
                    "function",
                    models.CharField(
                        choices=[
                            ("mechanical", "机械件"),
                            ("electrical", "电气件"),
                            ("electronic", "电子件"),
                            ("fluid", "水路与制冷件"),
                            ("furniture", "家具五金件"),
                            ("consumable", "耗材"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("repair", "维修用"),
                            ("maintenance", "保养用"),
                            ("installation", "安装用"),
                            ("exchange", "换机备用"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "frequency",
                    models.CharField(
                        choices=[("high", "常用"), ("medium", "一般"), ("low", "少用")], max_length=8
                    ),
                ),
                ("shelf", models.CharField(max_length=20)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("function", "use", "frequency"), name="partclass_criteria"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Supplier",
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
                ("qualification", models.PositiveSmallIntegerField(null=True)),
                ("reputation", models.PositiveSmallIntegerField(null=True)),
                ("quality", models.PositiveSmallIntegerField(null=True)),
                ("price", models.PositiveSmallIntegerField(null=True)),
                ("delivery", models.PositiveSmallIntegerField(null=True)),
                ("evaluated_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("qualification__isnull", True), ("qualification__lte", 100), _connector="OR"
                        ),
                        name="supplier_qualification_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reputation__isnull", True), ("reputation__lte", 100), _connector="OR"
                        ),
                        name="supplier_reputation_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quality__isnull", True), ("quality__lte", 100), _connector="OR"),
                        name="supplier_quality_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__isnull", True), ("price__lte", 100), _connector="OR"),
                        name="supplier_price_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivery__isnull", True), ("delivery__lte", 100), _connector="OR"
                        ),
                        name="supplier_delivery_percent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name_zh", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=120)),
                (
                    "tracked",
                    models.CharField(
                        choices=[("none", "按数量"), ("serial", "按序列号")], default="none", max_length=6
                    ),
                ),
                ("unit_price", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("minimum_order", models.PositiveIntegerField(default=1)),
                ("pack_size", models.PositiveIntegerField(default=1)),
                ("lead_time_days", models.PositiveIntegerField(default=7)),
                ("warranty_months", models.PositiveIntegerField(default=0)),
                ("is_original", models.BooleanField(default=True)),
                ("is_active", models.BooleanField(default=True)),
                ("search", django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "part_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="parts.partclass",
                    ),
                ),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["search"], name="part_search")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("unit_price__gte", 0)), name="part_price_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minimum_order__gte", 1), ("pack_size__gte", 1)),
                        name="part_order_sizes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("ordered", "已下单"),
                            ("arrived", "到货待检"),
                            ("closed", "已完成"),
                            ("cancelled", "已取消"),
                        ],
                        default="ordered",
                        max_length=9,
                        protected=True,
                    ),
                ),
                ("due_on", models.DateField()),
                ("quality_standard", models.CharField(max_length=500)),
                ("after_sales_terms", models.CharField(max_length=500)),
                ("ordered_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchase_orders",
                        to="parts.location",
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="parts.supplier",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["status", "id"], name="order_status")],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on_hand", models.IntegerField(default=0)),
                ("reserved", models.IntegerField(default=0)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balances",
                        to="parts.location",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="balances", to="parts.part"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("part", "location"), name="balance_once"),
                    models.CheckConstraint(
                        condition=models.Q(("on_hand__gte", 0)), name="balance_on_hand_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reserved__gte", 0)), name="balance_reserved_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reserved__lte", models.F("on_hand"))),
                        name="balance_reserved_is_there",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("proposed", "建议"),
                            ("planned", "已列入计划"),
                            ("ordered", "已下单"),
                            ("dropped", "已放弃"),
                        ],
                        default="proposed",
                        max_length=8,
                        protected=True,
                    ),
                ),
                ("calculation", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="parts.location",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="parts.part"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["status", "id"], name="proposal_status")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("proposed", "planned"))),
                        fields=("part", "location"),
                        name="proposal_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="proposal_buys_something"
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                ("returned_quantity", models.PositiveIntegerField(default=0)),
                ("source_type", models.CharField(max_length=60)),
                ("source_id", models.BigIntegerField()),
                ("reference", models.CharField(blank=True, max_length=40)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("reserved", "已预留"),
                            ("short", "缺货等待"),
                            ("issued", "已发料"),
                            ("used", "已装用"),
                            ("returned", "已退回"),
                            ("released", "已取消"),
                        ],
                        default="reserved",
                        max_length=10,
                        protected=True,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="parts.location",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="parts.part",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "short")),
                        fields=["part", "location", "id"],
                        name="reservation_waiting",
                    ),
                    models.Index(fields=["source_type", "source_id"], name="reservation_source"),
                    models.Index(fields=["status", "id"], name="reservation_status"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="reservation_wants_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("returned_quantity__lte", models.F("quantity"))),
                        name="reservation_returns_what_it_took",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="StockPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("safety_stock", models.PositiveIntegerField(default=0)),
                ("reorder_point", models.PositiveIntegerField()),
                ("reorder_quantity", models.PositiveIntegerField()),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies",
                        to="parts.location",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="policies", to="parts.part"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("part", "location"), name="policy_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reorder_quantity__gte", 1)), name="policy_buys_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("safety_stock__lte", models.F("reorder_point"))),
                        name="policy_safety_below_reorder",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrderLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                ("unit_price", models.DecimalField(decimal_places=2, max_digits=12)),
                ("received", models.PositiveIntegerField(default=0)),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="parts.purchaseorder",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_lines",
                        to="parts.part",
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="order_line",
                        to="parts.purchaseproposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("order", "part"), name="orderline_part_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1), ("unit_price__gte", 0)),
                        name="orderline_sensible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("received__lte", models.F("quantity"))),
                        name="orderline_not_over_received",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "received__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("accepted"), "+", models.F("rejected")
                                ),
                            )
                        ),
                        name="orderline_inspected_was_received",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Serial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial", models.CharField(max_length=60)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="serials",
                        to="parts.location",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="serials", to="parts.part"
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="serials",
                        to="parts.reservation",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("part", "serial"), name="serial_once")],
            },
        ),
        migrations.CreateModel(
            name="StockMove",
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
                            ("receipt", "到货"),
                            ("inspection", "检验"),
                            ("issue", "发料"),
                            ("consumption", "装用"),
                            ("return", "退料"),
                            ("carry", "随身领用"),
                            ("uncarry", "随身退回"),
                            ("custody", "旧件入库"),
                            ("disposal", "旧件处置"),
                            ("quarantine", "隔离"),
                            ("clearance", "隔离处理"),
                            ("adjustment", "盘点调整"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("source_type", models.CharField(blank=True, max_length=60)),
                ("source_id", models.BigIntegerField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="parts.reservation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("appearance", models.BooleanField()),
                ("size", models.BooleanField()),
                ("performance", models.BooleanField()),
                ("marking", models.BooleanField()),
                ("passed", models.PositiveIntegerField()),
                ("failed", models.PositiveIntegerField()),
                ("failed_serials", models.JSONField(default=list)),
                ("note", models.CharField(blank=True, max_length=500)),
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
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="parts.purchaseorderline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("appearance", True),
                                ("failed", 0),
                                ("marking", True),
                                ("performance", True),
                                ("size", True),
                            ),
                            models.Q(
                                ("failed__gte", 1),
                                models.Q(
                                    ("appearance", True),
                                    ("marking", True),
                                    ("performance", True),
                                    ("size", True),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="inspection_failure_has_criterion",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveIntegerField()),
                ("serials", models.JSONField(default=list)),
                ("delivery_note", models.CharField(blank=True, max_length=60)),
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
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="parts.purchaseorderline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="receipt_of_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.IntegerField()),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="parts.location",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="parts.part"
                    ),
                ),
                (
                    "serial",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="parts.serial",
                    ),
                ),
                (
                    "move",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="parts.stockmove",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["location", "part"], name="entry_place")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity", 0), _negated=True), name="entry_moves_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("serial__isnull", True), ("quantity__in", (-1, 1)), _connector="OR"
                        ),
                        name="entry_serial_is_one_piece",
                    ),
                ],
            },
        ),
    ]

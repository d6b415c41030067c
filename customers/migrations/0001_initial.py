import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import service_center.kernel.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "个人"), ("organisation", "单位")],
                        default="person",
                        max_length=12,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("ordinary", "普通客户"), ("important", "重点客户"), ("vip", "贵宾客户")],
                        default="ordinary",
                        max_length=10,
                    ),
                ),
                ("phone", service_center.kernel.fields.EncryptedTextField()),
                ("phone_index", models.CharField(editable=False, max_length=64)),
                ("phone_last4_index", models.CharField(editable=False, max_length=64)),
                ("email", service_center.kernel.fields.EncryptedTextField(blank=True, default="")),
                ("province", models.CharField(blank=True, max_length=40)),
                ("city", models.CharField(blank=True, max_length=40)),
                ("district", models.CharField(blank=True, max_length=60)),
                (
                    "zone",
                    models.CharField(
                        choices=[("city", "市区"), ("suburb", "郊区")], default="city", max_length=8
                    ),
                ),
                ("address_detail", service_center.kernel.fields.EncryptedTextField(blank=True, default="")),
                ("opened_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=0)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.branch"
                    ),
                ),
                (
                    "dedicated_agent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["phone_index"], name="customer_phone"),
                    models.Index(fields=["phone_last4_index"], name="customer_phone_last4"),
                    models.Index(fields=["branch", "-id"], name="customer_branch_newest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductLine",
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
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("relation", models.CharField(blank=True, max_length=40)),
                ("phone", service_center.kernel.fields.EncryptedTextField()),
                ("phone_index", models.CharField(editable=False, max_length=64)),
                ("phone_last4_index", models.CharField(editable=False, max_length=64)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["phone_index"], name="contact_phone"),
                    models.Index(fields=["phone_last4_index"], name="contact_phone_last4"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductModel",
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
                ("category", models.CharField(blank=True, max_length=40)),
                ("warranty_months", models.PositiveSmallIntegerField(default=12)),
                ("serial_prefix", models.CharField(blank=True, max_length=20)),
                ("is_active", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="models",
                        to="customers.productline",
                        to_field="code",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchDoc",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_doc",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="customer_words")
                ],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial", models.CharField(max_length=60)),
                ("purchased_on", models.DateField(blank=True, null=True)),
                ("manufactured_on", models.DateField(blank=True, null=True)),
                ("installed_on", models.DateField(blank=True, null=True)),
                (
                    "proof",
                    models.CharField(
                        choices=[("none", "无凭证"), ("invoice", "发票"), ("card", "保修卡")],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("warranty_until", models.DateField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("in_use", "在用"), ("returned", "已退回"), ("scrapped", "已报废")],
                        default="in_use",
                        max_length=10,
                    ),
                ),
                ("registered_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=0)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="customers.customer",
                    ),
                ),
                (
                    "product_model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="customers.productmodel",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["serial"], name="unit_serial"),
                    models.Index(
                        django.db.models.functions.text.Reverse("serial"), name="unit_serial_mirrored"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("product_model", "serial"), name="unit_serial_per_model")
                ],
            },
        ),
        migrations.CreateModel(
            name="WarrantyTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "covers",
                    models.CharField(
                        choices=[("whole", "整机"), ("main_parts", "主要部件")],
                        default="whole",
                        max_length=12,
                    ),
                ),
                ("months", models.PositiveSmallIntegerField()),
                ("sold_from", models.DateField()),
                ("sold_to", models.DateField(blank=True, null=True)),
                ("origin_key", models.CharField(editable=False, max_length=260, null=True, unique=True)),
                (
                    "product_model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warranty_terms",
                        to="customers.productmodel",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product_model", "covers", "sold_from"), name="warranty_term_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sold_to", None), ("sold_to__gte", models.F("sold_from")), _connector="OR"
                        ),
                        name="warranty_term_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Access",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("granted_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access",
                        to="customers.customer",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access",
                        to="customers.unit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "customer", "unit"), name="access_once", nulls_distinct=False
                    )
                ],
            },
        ),
    ]

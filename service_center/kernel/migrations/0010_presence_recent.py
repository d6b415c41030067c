import django.conf
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0009_list_indexes"),
        migrations.swappable_dependency(django.conf.settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="presence",
            index=models.Index(fields=["user", "-seen_at"], name="presence_recent"),
        ),
    ]

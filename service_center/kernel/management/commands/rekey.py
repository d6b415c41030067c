from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from service_center.kernel import rekeying


class Command(BaseCommand):
    help = "Encrypt every stored value anew that is not under the first key of FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            for field in rekeying.encrypted_fields(model):
                count = rekeying.rekey(field)
                self.stdout.write(f"{field}: {count}")

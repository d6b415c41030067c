from typing import Any

from django.core.management.base import BaseCommand

from service_center.kernel import translations


class Command(BaseCommand):
    help = "Compile the English catalogue without system tools."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{translations.compile_catalogue()} messages")

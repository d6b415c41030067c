from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from service_center.kernel import doctor


class Command(BaseCommand):
    help = "Refuse (exit 1) what this installation must not serve with. Production rules apply unless DEMO is on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--production", action="store_true", help="apply production's rules here too")

    def handle(self, *args: Any, **options: Any) -> None:
        production = options["production"] or not settings.DEMO
        findings = doctor.examine(production=production)
        for finding in findings:
            self.stdout.write(f"{finding.code}: {finding.message}")
        if findings:
            raise CommandError(f"{len(findings)} reasons not to serve")
        self.stdout.write("ok")
        for remark in [] if production else doctor.remarks():
            self.stdout.write(f"note: {remark}")

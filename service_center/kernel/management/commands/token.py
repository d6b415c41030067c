from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from service_center.kernel import commands, tokens
from service_center.kernel.models import User


class Command(BaseCommand):
    help = "Print a new API token of a user, and nothing else. It is stored hashed and cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--days", type=int, default=tokens.DEFAULT_DAYS, help="days it is good for")
        parser.add_argument("--read-only", action="store_true", help="refuse every write with it")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 3650:
            raise CommandError("--days must be from 1 to 3650")
        user = User.objects.filter(username=options["username"]).first()
        if user is None or not user.is_active:
            raise CommandError(f"no active user {options['username']}")
        secret = tokens.new_secret()
        commands.run(tokens.issue, user, secret=secret, days=options["days"], read_only=options["read_only"])
        self.stdout.write(secret)

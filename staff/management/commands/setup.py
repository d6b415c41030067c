import getpass
import os
import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from service_center.kernel import commands
from service_center.kernel.errors import DomainError
from staff.actions import employment, organising
from staff.models import Branch, Person, Team
from staff.states import Role


class Command(BaseCommand):
    help = (
        "The first day of an empty installation: rules and calendars, the first branch and team, the first "
        "administrator. The password is read from SETUP_PASSWORD or asked for, and must be changed at log-in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", default="admin", help="the administrator's log-in")
        parser.add_argument("--name", default="系统管理员", help="the administrator's name")
        parser.add_argument("--branch", default="HQ", help="code of the first branch")
        parser.add_argument("--branch-zh", default="总部", help="its Chinese name")
        parser.add_argument("--branch-en", default="Head office", help="its English name")
        parser.add_argument("--zone", default="Asia/Shanghai", help="its time zone")

    def handle(self, *args: Any, **options: Any) -> None:
        if Person.objects.exists():
            raise CommandError("this installation has people already: setup is for an empty one")
        password = _password(options["username"])
        call_command("seed_rules", verbosity=0)
        try:
            branch = _branch(options)
            _hire(options, branch, password)
        except DomainError as refusal:
            raise CommandError(f"{refusal.field or 'setup'}: {refusal}") from refusal
        self.stdout.write(f"branch {branch.code}, administrator {options['username']}: ready")
        self.stdout.write("roles: " + " ".join(Role.values))
        self.stdout.write("next: log in, set the mandatory settings, then run manage.py doctor --production")


def _password(username: str) -> str:
    """From the environment, else typed, else (no terminal) made and told once."""
    given = os.environ.get("SETUP_PASSWORD", "")
    if not given and sys.stdin.isatty():
        given = getpass.getpass(f"First password of {username}: ")
    if not given:
        given = secrets.token_urlsafe(15)
        sys.stderr.write(f"first password of {username}: {given}\n")
    try:
        validate_password(given)
    except ValidationError as error:
        raise CommandError("password: " + " ".join(error.messages)) from error
    return given


def _branch(options: dict[str, Any]) -> Branch:
    """The branch with its first team; one left by a setup that was cut short is taken up again."""
    branch = Branch.objects.filter(code=options["branch"]).first()
    if branch is None:
        branch = commands.run(
            organising.open_branch,
            code=options["branch"],
            name_zh=options["branch_zh"],
            name_en=options["branch_en"],
            zone=options["zone"],
        )
    if not Team.objects.filter(branch=branch).exists():
        commands.run(organising.form_team, branch, code=f"{branch.code}-1", name_zh="一组", name_en="Team 1")
    return branch


def _hire(options: dict[str, Any], branch: Branch, password: str) -> Person:
    return commands.run(
        employment.hire,
        username=options["username"],
        name=options["name"],
        role=Role.ADMIN,
        branch=branch,
        password=password,
    )

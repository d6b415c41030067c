import json
from argparse import ArgumentParser
from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand

from service_center.kernel import outbox
from service_center.kernel.models import Message


class Command(BaseCommand):
    help = "List outgoing messages, recipients masked; or give the dead letters a new life."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON list")
        parser.add_argument("--redrive", action="store_true", help="queue the dead letters again")
        parser.add_argument("--limit", type=int, default=1000, help="at most so many, the newest")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["redrive"]:
            self.stdout.write(f"{outbox.redrive()} messages queued again")
            return
        newest = Message.objects.order_by("-id")[: options["limit"]]
        rows = [_shown(message) for message in reversed(newest)]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write("{id} {status} {channel} {recipient} {template} {text}".format(**row))


def _shown(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "channel": message.channel,
        "recipient": message.recipient_masked,
        "template": message.template,
        "language": message.language,
        "title": message.title,
        "text": message.text,
        "links": message.links,
        "subject": f"{message.subject_type}:{message.subject_id}" if message.subject_type else None,
        "status": message.status,
        "attempts": message.attempts,
        "created_at": message.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }

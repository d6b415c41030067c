"""The kernel's own facts, gathered at start, so that every process can tell them."""

from service_center.kernel import (
    accounts,
    attachments,
    clock_events,
    exports,
    listing,
    privacy,
    rulebook_events,
    tokens,
)

__all__ = [
    "accounts",
    "attachments",
    "clock_events",
    "exports",
    "listing",
    "privacy",
    "rulebook_events",
    "tokens",
]

"""What a device says about time, put right by how far its own clock is off.

A phone that worked without a network tells two instants of one clock: when something happened, and what the clock shows
while it sends (`Device-Time`). Their distance is right even where the clock is wrong by years, so the server's own time
at the sending gives the true instant back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
HEADER = "Device-Time"
"""RFC 3339 with zone: the device's clock at the moment of sending, beside a body that tells when something happened."""


@dataclass(frozen=True)
class Told:
    """When something happened by the server's clock, as far as the device can tell; heard `now`.

    `offset` is how far the device's clock is ahead of the server's (below zero: behind), None when it was not measured.
    """

    at: datetime
    now: datetime
    offset: timedelta | None = None

    @property
    def offset_s(self) -> float | None:
        """The offset in seconds, as facts write it."""
        return None if self.offset is None else round(self.offset.total_seconds(), 3)

    def trusted(self, tolerance: timedelta) -> bool:
        """Whether nobody need confirm it: it is as good as now, or the device's clock is as good as right."""
        measured = self.offset is not None and abs(self.offset) <= tolerance
        return measured or self.now - self.at <= tolerance


def put_right(told: datetime | None, *, device_time: datetime | None, now: datetime) -> Told:
    """The instant a device tells, less the offset of its clock at the sending; nothing told is now.

    What lies outside the years there are is put at their end: the caller refuses it like any absurd time.
    """
    offset = None if device_time is None else device_time - now
    if told is None:
        return Told(now, now, offset)
    try:
        return Told(told - (offset or timedelta()), now, offset)
    except OverflowError:
        return Told(EARLIEST if offset is not None and offset > timedelta() else LATEST, now, offset)

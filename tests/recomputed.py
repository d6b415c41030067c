"""After each test of the business, everything cached is rebuilt from what is true and must not differ (I6, I9, I13).

A test that spoils rows on purpose carries `@pytest.mark.spoils`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

ROOMS = ("tickets", "journeys", "complaints", "surveys", "parts", "proof", "portal", "browser")


@pytest.fixture(autouse=True)
def _recomputed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Clocks, stock, calendars, versions and whatever else is registered: 0 differences when the test is over."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or request.path.parent.name not in ROOMS:
        yield
        return
    transactional = marker.kwargs.get("transaction") or "live_server" in request.fixturenames
    request.getfixturevalue("transactional_db" if transactional else "db")
    yield
    if request.node.get_closest_marker("spoils") or getattr(request.node, "failed", False):
        return
    from service_center.kernel import chores, commands

    differing = {
        name: lines for name, lines in chores.differences(at=commands.now(), fix=False).items() if lines
    }
    assert differing == {}

"""100,000 seeded due times against an oracle that knows nothing of the product and works on seconds."""

from __future__ import annotations

from bench.measuring import Line
from tests.kernel.seconds_cases import LEAST_SHARE, SHARES, compare

CASES, SEED, ZONES = 100_000, 7, 12


def main() -> list[Line]:
    tally = compare(CASES, SEED)
    for line in tally.lines():
        print(line)
    return [
        Line(
            f"differences in {tally.cases} due times and {tally.day_cases} counts of days (seed {SEED})",
            len(tally.differences), "cases", target="<= 0", met=not tally.differences,
        ),
        Line("zones", len(tally.zones), "zones", target=f">= {ZONES}", met=len(tally.zones) >= ZONES),
        *(
            Line(
                f"share of cases with {sort}", round(tally.share(sort), 3), "of all",
                target=f">= {LEAST_SHARE:g}", met=tally.share(sort) >= LEAST_SHARE,
            )
            for sort in SHARES
        ),
    ]  # fmt: skip

"""How large the demo company is in tests: large enough to be believable, small enough to be there at once."""

SMALL = {"customers": 60, "units": 90, "tickets": 60}

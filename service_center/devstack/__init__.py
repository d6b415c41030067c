"""What `./dev` uses: embedded PostgreSQL and Redis, a supervisor, a browser. Imports no Django.

`./dev` loads this package before any requirement is installed, so nothing here may import one; `doors.py`,
which import-linter loads, is the only exception.
"""

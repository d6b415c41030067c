#!/usr/bin/env python
"""Django's command line for service_center."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "service_center.settings.dev")
    if sys.argv[1:3] == ["due", "--batch"] and len(sys.argv) == 4:
        from service_center.kernel import (
            due_batch,  # pure arithmetic: answers before Django would have started
        )

        sys.exit(due_batch.main(sys.argv[3]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)

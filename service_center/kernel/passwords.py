"""How passwords are kept: Argon2id with 46 MiB and one lane (OWASP's first choice).

Django's own 100 MiB in eight lanes would let a handful of log-ins at once use up the memory of a small
machine.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 47_104  # KiB
    parallelism = 1

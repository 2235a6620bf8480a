"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id at 19 MiB, two passes, one lane: what a server under many sign-ins at once can afford.

    Django's own 100 MiB and eight lanes let a few dozen sign-ins at once fill a small machine's memory.
    Source: OWASP Password Storage Cheat Sheet, Argon2id.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

"""A process that changes what gateways have to know: ``python -m tests.integration.operation.writer COUNT``.

Each change stays in an open transaction for a random moment, as it would among other work; ``NAXIOS_DATABASE_URL`` and
``NAXIOS_HOME`` say where.
"""

import random
import sys
import time

import django

LONGEST_SECONDS = 0.02


def main(count: int) -> None:
    django.setup()
    from django.db import transaction

    from naxios.invalidation import services

    for number in range(count):
        with transaction.atomic():
            services.key_changed(number)
            time.sleep(random.uniform(0, LONGEST_SECONDS))


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""What abuse stores, declared."""

from naxios.domain.inventory import Fields

MODELS: dict[str, Fields] = {}

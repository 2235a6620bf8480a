"""What signs of misuse weigh, and from how much on something happens: the ``[abuse]`` table of the catalogue file."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weight = Annotated[int, Field(ge=0, le=1000)]
Count = Annotated[int, Field(ge=2, le=1_000_000)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Weights(_Entry):
    """``[abuse.weights]``: points for each kind of sign, once however often it is seen; 0 lets it not count."""

    shared_key: Weight = 60
    shared_browser: Weight = 40
    disposable_mail: Weight = 30
    young_discord: Weight = 25
    network_burst: Weight = 25
    departures: Weight = 25
    shared_network: Weight = 15
    overall_burst: Weight = 10


class Policy(_Entry):
    """``[abuse]``."""

    review_at: Annotated[int, Field(ge=1, le=10_000)] = 60
    hold: bool = False
    hold_at: Annotated[int, Field(ge=1, le=10_000)] = 90
    shared_key_networks: Annotated[int, Field(ge=5, le=64)] = 15
    shared_browser_accounts: Count = 2
    shared_network_accounts: Count = 5
    young_discord_days: Annotated[int, Field(ge=1, le=3650)] = 30
    departures: Annotated[int, Field(ge=1, le=1000)] = 3
    burst_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    network_burst: Count = 3
    overall_burst: Count = 50
    weights: Weights = Weights()

    @model_validator(mode="after")
    def _order(self) -> "Policy":
        if self.hold_at < self.review_at:
            raise ValueError("hold_at is at least review_at: nothing is held that nobody is asked to look at")
        return self

"""What is said of a plan that has ended, in pages and refusals."""

from django.urls import NoReverseMatch, reverse

from naxios import config
from naxios.domain import clock
from naxios.domain.entitlements import Decision, State
from naxios.plans.queries import by_name


def why_refused(decision: Decision) -> str:
    """Which plan has ended, when, and what to do; empty unless the account is refused for that."""
    if decision.state is not State.LAPSED or decision.grant is None or decision.grant.ends_at is None:
        return ""
    ended = clock.format_instant(decision.grant.ends_at)
    return (
        f"The plan {by_name(decision.plan)} of this account ended at {ended}. "
        f"Renew it, or choose the free plan, at {config.load().address}{where_to_renew()}"
    )


def where_to_renew() -> str:
    """The path of the page on which plans are bought and their end is accepted."""
    try:
        return reverse("billing:home")
    except NoReverseMatch:  # that part is not there
        return reverse("dashboard:home")

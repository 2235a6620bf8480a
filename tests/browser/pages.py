"""Every page there is, for tests and screenshots that visit all of them."""

from typing import NamedTuple


class Visit(NamedTuple):
    """One page: its path and who looks at it: visitor, owner, customer, staff, or somebody whose free tier is held.

    In the path, ``{key}`` is the id of a key, ``{review}`` the number of a review and ``{year}`` the present year.
    """

    path: str
    who: str = "visitor"

    @property
    def name(self) -> str:
        """For files: ``/dashboard/keys/{key}/`` -> ``dashboard-keys-key``."""
        return self.path.strip("/").replace("{", "").replace("}", "").split("?")[0].replace("/", "-") or "landing"


PAGES = [
    Visit("/"),
    Visit("/models"),
    Visit("/pricing"),
    Visit("/docs"),
    Visit("/status"),
    Visit("/privacy"),
    Visit("/terms"),
    Visit("/contact"),
    Visit("/nowhere"),
    Visit("/api/docs"),
    Visit("/accounts/login/"),
    Visit("/accounts/signup/"),
    Visit("/accounts/password/reset/"),
    Visit("/accounts/password/reset/done/"),
    Visit("/accounts/confirm-email/"),
    Visit("/accounts/logout/", "owner"),
    Visit("/accounts/reauthenticate/", "owner"),
    Visit("/dashboard/", "owner"),
    Visit("/dashboard/keys/", "owner"),
    Visit("/dashboard/keys/create/", "owner"),
    Visit("/dashboard/keys/{key}/", "owner"),
    Visit("/dashboard/keys/{key}/edit/", "owner"),
    Visit("/dashboard/keys/{key}/rotate/", "owner"),
    Visit("/dashboard/keys/{key}/revoke/", "owner"),
    Visit("/dashboard/usage/", "owner"),
    Visit("/dashboard/limits/", "owner"),
    Visit("/dashboard/playground/", "owner"),
    Visit("/dashboard/billing/", "customer"),
    Visit("/dashboard/billing/buy/pack/million/", "customer"),
    Visit("/dashboard/billing/subscriptions/1/change/?plan=max", "customer"),
    Visit("/dashboard/billing/subscriptions/1/cancel/", "customer"),
    Visit("/dashboard/billing/invoices/{year}-00001/", "customer"),
    Visit("/dashboard/discord/", "owner"),
    Visit("/dashboard/redeem/", "owner"),
    Visit("/dashboard/security/", "owner"),
    Visit("/dashboard/settings/", "owner"),
    Visit("/dashboard/tokens/", "owner"),
    Visit("/dashboard/review/", "held"),
    Visit("/staff/", "staff"),
    Visit("/staff/integrations/", "staff"),
    Visit("/staff/reviews/", "staff"),
    Visit("/staff/reviews/{review}/", "staff"),
    Visit("/staff/reviews/{review}/suspend/", "staff"),
    Visit("/staff/audit/", "staff"),
    Visit("/staff/discord/", "staff"),
    Visit("/staff/accounts/", "staff"),
    Visit("/staff/accounts/1/", "staff"),
    Visit("/staff/accounts/1/entitlements/2/end/", "staff"),
    Visit("/staff/accounts/1/bonuses/1/take-back/", "staff"),
    Visit("/staff/billing/", "staff"),
    Visit("/staff/billing/invoices/{year}-00001/paid/", "staff"),
    Visit("/staff/billing/payments/ch_pack/refund/", "staff"),
    Visit("/staff/revenue/", "staff"),
    Visit("/staff/margin/", "staff"),
    Visit("/staff/codes/", "staff"),
    Visit("/staff/codes/create/", "staff"),
    Visit("/staff/codes/1/", "staff"),
    Visit("/staff/codes/1/void/", "staff"),
    Visit("/staff/codes/code/1/", "staff"),
    Visit("/staff/codes/code/1/void/", "staff"),
    Visit("/staff/codes/redemptions/1/undo/", "staff"),
    Visit("/staff/outbox/", "staff"),
    Visit("/staff/outbox/1/", "staff"),
]
THEMES = ("light", "dark")
WIDTHS = (390, 1280)

"""Forms of the console. They turn what staff type into what :mod:`naxios.staff.accounts` takes."""

from typing import Any
from uuid import UUID, uuid4

from django import forms

from naxios.plans import queries as plans
from naxios.staff.accounts import MOST_DAYS


def _note(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, help_text=help_text)


class _Once(forms.Form):
    """A form that acts once, however often it is sent. ``reference`` names it."""

    form_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    @property
    def reference(self) -> str:
        """What the act is known by; the database has it once."""
        token: UUID = self.cleaned_data["form_token"]
        return f"console:{token}"


def _days(help_text: str) -> forms.IntegerField:
    number = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label="Days", min_value=1, max_value=MOST_DAYS, required=False, widget=number, help_text=help_text
    )


class GrantPlanForm(_Once):
    """A plan for days, or with an open end."""

    plan = forms.ChoiceField(label="Plan")
    days = _days("Empty for an open end.")
    note = _note("Why", "The person is told, and it stands in the audit.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(plan.name, str(plan)) for plan in plans.all_plans() if not plan.is_free]
        self.fields["plan"].choices = choices  # type: ignore[attr-defined]


class GrantBonusForm(_Once):
    """Bonus tokens."""

    tokens = forms.IntegerField(label="Tokens", min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    days = _days("To be used within; empty for whenever.")
    note = _note("Why", "The person is told, and it stands in the audit.")


class ReasonForm(forms.Form):
    """Why something is done to somebody."""

    note = _note("Why", "The person is told, and it stands in the audit.")

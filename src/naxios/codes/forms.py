"""Forms about codes. They turn what people type into what services take; the rules are the services'."""

from typing import Any, cast
from uuid import uuid4

from django import forms

from naxios.codes.batches import LONGEST_NAME, LONGEST_NOTE
from naxios.domain.codes import LONGEST_TYPED

MOST_ON_A_PAGE = 10_000
"""Codes that a page can still show at once; the command line makes more."""

KEEP, TAKE_BACK = "keep", "take-back"
_TAKE_BACK = {
    KEEP: ("What its codes gave stays", "That is all: nobody can redeem one from now on."),
    TAKE_BACK: ("What its codes gave is taken back too", "Every redemption is undone, and who redeemed is told why."),
}
_MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def _code(label: str, **attributes: Any) -> forms.CharField:
    shown = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", **attributes}
    widget = forms.TextInput(attrs={"placeholder": "NAX-XXXXX-XXXXX-XXXXX-XXXXX", **shown})
    # A text that is too long is no code either, and the service says so.
    return forms.CharField(label=label, max_length=LONGEST_TYPED * 10, widget=widget)


def _number(
    label: str, help_text: str = "", *, required: bool = False, initial: int | None = None
) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=1, required=required, initial=initial, help_text=help_text, widget=widget
    )


def _moment(label: str, help_text: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT_FORMATS[0])
    return forms.DateTimeField(
        label=label, required=False, help_text=help_text, widget=widget, input_formats=_MOMENT_FORMATS
    )


class RedeemForm(forms.Form):
    """A code, as people type it."""

    code = _code("Code", autofocus=True)


class FindForm(forms.Form):
    """A whole code, to be found among all."""

    code = _code("Find a code")


class BatchForm(forms.Form):
    """A new batch. The token lets a form that is sent twice make one batch only."""

    form_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    plan_name = forms.ChoiceField(label="Plan", required=False)
    days = _number("For how many days")
    tokens = _number("Bonus tokens", "They extend any day’s allowance until they are used.")
    bonus_days = _number("Bonus lasts, in days", "Counted from redeeming. Empty: until it is used.")
    count = _number("How many codes", f"At most {MOST_ON_A_PAGE:,} here.", required=True, initial=1)
    max_uses = _number("Uses of each code", "By different accounts.", required=True, initial=1)
    per_account = _number("Codes for one account", "Empty: as many as it has.", initial=1)
    valid_from = _moment("Valid from", "UTC. Empty: at once.")
    valid_until = _moment("Valid until", "UTC. Empty: for ever.")
    name = forms.CharField(
        label="Name",
        required=False,
        max_length=LONGEST_NAME,
        help_text="Only staff see it. Without one, the batch is called by its number.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="For example whom they are for.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, plans: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["plan_name"]).choices = [("", "None"), *plans]
        cast(forms.IntegerField, self.fields["count"]).widget.attrs["max"] = MOST_ON_A_PAGE

    def clean_count(self) -> int:
        count = int(self.cleaned_data["count"])
        if count > MOST_ON_A_PAGE:
            raise forms.ValidationError(f"At most {MOST_ON_A_PAGE:,} at a time here; the command line makes more.")
        return count

    def wanted(self) -> dict[str, Any]:
        """What was entered, as :func:`naxios.codes.services.create_batch` takes it."""
        return {**self.cleaned_data, "plan_name": self.cleaned_data["plan_name"] or None}


class DownloadForm(forms.Form):
    """The codes that a page has just shown, one on each line, to have them as a file."""

    codes = forms.CharField()


class _Reason(forms.Form):
    why = forms.CharField(
        label="Why",
        max_length=200,
        required=False,
        help_text="Stands in the audit log.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class VoidForm(_Reason):
    """Why a code is voided."""


class VoidBatchForm(_Reason):
    """Whether what a batch gave stays, and why."""

    given = forms.ChoiceField(
        label="What its codes gave",
        choices=[(value, label) for value, (label, _) in _TAKE_BACK.items()],
        widget=forms.RadioSelect,
        initial=KEEP,
    )
    field_order = ("given", "why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].help_text = "Stands in the audit log. Where something is taken back, its owner is told, too."

    def choices(self) -> list[dict[str, Any]]:
        """Each choice with the sentence that explains it."""
        chosen = self["given"].value()
        return [
            {"value": value, "label": label, "help": help_text, "chosen": value == chosen}
            for value, (label, help_text) in _TAKE_BACK.items()
        ]


class UndoForm(_Reason):
    """Why a redemption is undone, and whether its code can be redeemed again."""

    give_back = forms.BooleanField(
        label="The code can be redeemed again",
        required=False,
        help_text="By anybody who has it, also by the same account.",
    )
    field_order = ("why", "give_back")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = True
        self.fields["why"].help_text = "Told to whoever redeemed the code, by mail."

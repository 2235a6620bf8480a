"""Forms about keys. They turn what people type into what services take; the rules are the services'."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.utils import timezone

from naxios.domain.limits import Limits
from naxios.keys.listing import ALL_MODELS
from naxios.keys.models import ApiKey

ALL, SOME = "all", "some"
NEVER, KEEP, ON_DATE = "never", "keep", "date"
_PERIODS = {"7": "In 7 days", "30": "In 30 days", "90": "In 90 days", "365": "In a year"}
_GRACES = {
    "0": ("At once", "Choose this for a leaked key: requests with the old secret are refused within a second."),
    "3600": ("After 1 hour", "Time to put the new secret in place."),
    "86400": ("After 24 hours", "Time for a deployment."),
}


class TagsField(forms.CharField):
    """Tags as lines of ``name=value``."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "team=search\nstage=production"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}={text}" for name, text in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, str]:
        tags: dict[str, str] = {}
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            name, separator, text = (part.strip() for part in line.partition("="))
            if not name or not separator:
                raise forms.ValidationError(f"“{line}” is not name=value. Write one tag on each line.")
            if name in tags:
                raise forms.ValidationError(f"The tag “{name}” stands there twice.")
            tags[name] = text
        return tags


class LimitField(forms.IntegerField):
    """A limit; empty for none of its own."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label, min_value=1, required=False, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
        )


class KeyForm(forms.Form):
    """Everything of a key that its owner decides.

    Parameters
    ----------
    models : names that the account's plan allows, to choose from.
    plan_limits : shown as the most that each limit can bring.
    key : the key to change, if it is not a new one.
    """

    name = forms.CharField(
        max_length=100,
        help_text="Where it is used, for example “production” or “laptop”. Only you see it.",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    tokens_per_day = LimitField("Tokens a day")
    requests_per_minute = LimitField("Requests a minute")
    tokens_per_minute = LimitField("Tokens a minute")
    concurrency = LimitField("Requests at the same time")
    which_models = forms.ChoiceField(
        choices=[(ALL, "All models that the plan allows, later ones too"), (SOME, "Only these")],
        widget=forms.RadioSelect,
        initial=ALL,
    )
    models = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    expires = forms.ChoiceField(label="Stops working", initial=NEVER)
    expires_on = forms.DateField(
        label="On this day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="From 00:00 UTC of that day on.",
    )
    tags = TagsField(
        label="Tags", required=False, help_text="Yours to sort keys by: one <code>name=value</code> on each line."
    )

    def __init__(
        self, *args: Any, models: list[str], plan_limits: Limits, key: ApiKey | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._key = key
        own = [] if key is None or key.allowed_models == ALL_MODELS else key.allowed_models
        names = sorted({*models, *own})
        cast(forms.ChoiceField, self.fields["models"]).choices = [(name, name) for name in names]
        kept = [(KEEP, f"{key.expires_at:%-d %b %Y, %H:%M} UTC, as now")] if key and key.expires_at else []
        cast(forms.ChoiceField, self.fields["expires"]).choices = [
            *kept,
            (NEVER, "Never"),
            *_PERIODS.items(),
            (ON_DATE, "On a date"),
        ]
        for name in Limits.__struct_fields__:
            most = getattr(plan_limits, name)
            self.fields[name].help_text = "Your plan: no limit" if most is None else f"Your plan: {most:,}"
        if key is not None:
            self.initial = {
                **{name: getattr(key, name) for name in ("name", "tags", *Limits.__struct_fields__)},
                "which_models": SOME if own else ALL,
                "models": own,
                "expires": KEEP if key.expires_at else NEVER,
            }

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("which_models") == SOME and not cleaned.get("models"):
            self.add_error("models", "Choose at least one model, or all.")
        if cleaned.get("expires") == ON_DATE and not cleaned.get("expires_on") and "expires_on" not in self.errors:
            self.add_error("expires_on", "Choose a day.")
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """What was entered, as :func:`naxios.keys.services.create` and ``change`` take it."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "tags": cleaned["tags"],
            "limits": Limits(**{name: cleaned[name] for name in Limits.__struct_fields__}),
            "allowed_models": ALL_MODELS if cleaned["which_models"] == ALL else cleaned["models"],
            "expires_at": self._expires_at(),
        }

    def _expires_at(self) -> datetime | None:
        choice = self.cleaned_data["expires"]
        if choice == KEEP and self._key is not None:
            return self._key.expires_at
        if choice == ON_DATE:
            return datetime.combine(self.cleaned_data["expires_on"], time.min, UTC)
        return timezone.now() + timedelta(days=int(choice)) if choice in _PERIODS else None


class CreateForm(KeyForm):
    """A new key. The token lets a form that is sent twice make one key only."""

    form_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class RotateForm(forms.Form):
    """When the old secret ends. The token lets a form that is sent twice make one secret only."""

    form_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    grace = forms.TypedChoiceField(
        label="The old secret stops working",
        choices=[(seconds, label) for seconds, (label, _) in _GRACES.items()],
        coerce=lambda seconds: timedelta(seconds=int(seconds)),
        widget=forms.RadioSelect,
        initial="0",
    )

    def graces(self) -> list[dict[str, Any]]:
        """Each choice with the sentence that explains it."""
        chosen = self["grace"].value()
        return [
            {"value": seconds, "label": label, "help": help_text, "chosen": seconds == str(chosen)}
            for seconds, (label, help_text) in _GRACES.items()
        ]

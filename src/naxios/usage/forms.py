"""What a person may ask of usage, as it stands in the URL."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from naxios.usage.periods import LONGEST, PRESETS, Period

GROUPS = {"model": "Model", "key": "Key", "status": "Status"}
_BOUNDS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]


class FilterForm(forms.Form):
    """Every part is optional. ``from`` and ``to`` are days, both included, and go before ``period``."""

    period = forms.ChoiceField(required=False, choices=list(PRESETS.items()))
    by = forms.ChoiceField(required=False, choices=[(period.value, f"Per {period.value}") for period in Period])
    group = forms.ChoiceField(required=False, label="Split by", choices=list(GROUPS.items()))
    key = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    model = forms.CharField(required=False, max_length=200)
    to = forms.DateField(required=False, validators=_BOUNDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = forms.DateField(required=False, validators=_BOUNDS)  # a word of Python's own

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and first > last:
            self.add_error("to", "This is before the first day.")
        elif first and (last or timezone.now().date()) - first >= LONGEST[Period.MONTH]:
            self.add_error("from", "At most ten years are shown at once.")
        return cleaned

"""Which usage a page, its refreshed parts and its downloads are about: read from the URL, and written back into it."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import QueryDict

from naxios.usage.forms import FilterForm
from naxios.usage.periods import DAY, Period, Window, between, preset

USUAL_PERIOD = "7d"


@dataclass(frozen=True)
class Filters:
    """Whose usage, of which time, split how; ``key_id`` and ``model`` narrow it.

    ``period`` is the name of a preset, or empty if the days stand in ``first`` and ``last``. ``by`` is what was asked
    for, ``window.by`` what that comes to.
    """

    user_id: int
    window: Window
    period: str
    first: date | None
    last: date | None
    by: Period | None
    group: str
    key_id: int | None
    model: str

    def query(self, **changes: str | int | None) -> str:
        """The query string that asks for the same, with ``changes``; ``None`` leaves a part out."""
        parts: dict[str, object] = {
            "period": None if self.period == USUAL_PERIOD else self.period,
            "from": self.first,
            "to": self.last,
            "by": self.by and self.by.value,
            "group": None if self.group == "model" else self.group,
            "key": self.key_id,
            "model": self.model,
            **changes,
        }
        return urlencode({name: value for name, value in parts.items() if value})


def last_days(count: int, *, user_id: int, now: datetime) -> Filters:
    """The last ``count`` days, today among them, by model."""
    today = now.date()
    window = between(today - (count - 1) * DAY, today, now, Period.DAY)
    return Filters(user_id, window, "", window.start.date(), today, Period.DAY, "model", None, "")


def read(asked: QueryDict, *, user_id: int, now: datetime) -> tuple[Filters, FilterForm]:
    """The filters that ``asked`` names, and the form to change them. What makes no sense is left out, with an error."""
    form = FilterForm(asked)
    form.is_valid()
    chosen = form.cleaned_data
    by = Period(chosen["by"]) if chosen.get("by") else None
    first: date | None = chosen.get("from")
    last: date | None = chosen.get("to")
    if first is not None or last is not None:
        last = last or now.date()
        first = first or last - 29 * DAY
        period, window = "", between(first, max(first, last), now, by)
    else:
        period = chosen.get("period") or USUAL_PERIOD
        window = preset(period, now, by)
    filters = Filters(
        user_id=user_id,
        window=window,
        period=period,
        first=first,
        last=last,
        by=by,
        group=chosen.get("group") or "model",
        key_id=chosen.get("key"),
        model=chosen.get("model") or "",
    )
    return filters, form

"""What a gateway asks to stay up to date."""

from naxios.invalidation.models import Change, Revision


def latest() -> int:
    """The number of the latest change, 0 when there has been none."""
    return Revision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def since(number: int) -> list[tuple[int, str, int]] | None:
    """Changes after ``number`` as (number, topic, subject), oldest first; ``None`` if some are no longer kept."""
    newest = latest()  # asked first: what is added between the two questions would look like a gap
    changes = list(
        Change.objects.filter(number__gt=number, number__lte=newest)
        .order_by("number")
        .values_list("number", "topic", "subject")
    )
    return changes if newest - number == len(changes) else None

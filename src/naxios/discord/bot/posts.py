"""What the status channel has been told and is still to be told, so that a restart neither forgets nor repeats."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from naxios.discord.bot.models import OutagePost
from naxios.discord.bot.outages import End
from naxios.status.evidence import Kind, Subject

KEPT_FOR = timedelta(days=30)


def running() -> set[Subject]:
    """Outages that have begun and not ended."""
    rows = OutagePost.objects.filter(ended_at=None).values_list("kind", "name")
    return {Subject(Kind(kind), name) for kind, name in rows}


def untold() -> list[OutagePost]:
    """Posts about which there may be something left to tell, oldest first."""
    return list(OutagePost.objects.filter(is_settled=False).order_by("pk"))


def begin(subject: Subject, *, affected: tuple[str, ...], began_at: datetime, channel_id: str) -> None:
    """An outage is worth telling of. It is written down before it is told."""
    try:
        with transaction.atomic():
            OutagePost.objects.create(
                kind=subject.kind,
                name=subject.name,
                affected=list(affected),
                began_at=began_at,
                channel_id=channel_id,
            )
    except IntegrityError:
        pass  # it was begun before


def end(subject: Subject, how: End) -> None:
    """The outage is over."""
    OutagePost.objects.filter(kind=subject.kind, name=subject.name, ended_at=None).update(
        ended_at=timezone.now(), end=how
    )


def sent(post: OutagePost, message_id: str) -> None:
    """Its beginning has been told."""
    OutagePost.objects.filter(pk=post.pk).update(message_id=message_id)


def settle(post: OutagePost) -> None:
    """There is nothing left to tell of it."""
    OutagePost.objects.filter(pk=post.pk).update(is_settled=True)


def forget_old() -> None:
    """Delete those that ended long ago."""
    OutagePost.objects.filter(ended_at__lt=timezone.now() - KEPT_FOR).delete()

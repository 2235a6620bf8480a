from django.db import models
from django.utils import timezone


class BotState(models.Model):
    """How the bot fares, for staff: a single row, written by whichever process is the bot.

    ``seen_at`` is renewed while that process lives; ``guilds`` are the names of the servers that it is in, by id.
    """

    class State(models.TextChoices):
        CONNECTING = "connecting", "connecting"
        CONNECTED = "connected", "connected"
        REFUSED = "refused", "refused"
        STOPPED = "stopped", "stopped"

    state = models.CharField(max_length=10, choices=State, default=State.STOPPED)
    since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    process = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=100, blank=True)
    guilds = models.JSONField(default=dict, blank=True)
    last_event = models.CharField(max_length=40, blank=True)
    last_event_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)


class OutagePost(models.Model):
    """An outage that the status channel is told of. There is one at most for a provider or model at a time.

    ``message_id`` is empty until the message is sent, ``is_settled`` is set once there is nothing left to tell.
    """

    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    affected = models.JSONField(default=list, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, blank=True)
    channel_id = models.CharField(max_length=20)
    message_id = models.CharField(max_length=20, blank=True)
    is_settled = models.BooleanField(default=False, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name"], condition=models.Q(ended_at=None), name="one_running_outage_each"
            )
        ]

from django.conf import settings
from django.db import models


class AuditEvent(models.Model):
    """Something that staff did, in the console or on the command line (``actor`` is empty then).

    ``actor_name`` says who it was as of then: the event outlives the account.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    actor_name = models.CharField(max_length=254)
    act = models.CharField(max_length=40, db_index=True)
    subject = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    detail = models.CharField(max_length=500, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    @property
    def act_in_words(self) -> str:
        """``code_batch_created`` -> ``Code batch created``."""
        return self.act.replace("_", " ").capitalize()

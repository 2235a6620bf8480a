from django.db import models


class Topic(models.TextChoices):
    """What kind of thing changed."""

    KEY = "key"
    ACCOUNT = "account"
    CATALOGUE = "catalogue"


class Revision(models.Model):
    """The number of the latest change: a single row, locked until its transaction commits.

    The lock is the point: changes become visible in the order of their numbers, so that a reader who has seen
    number N will never find a smaller one later.
    """

    number = models.BigIntegerField(default=0)


class Change(models.Model):
    """One change that gateways have to know of. ``subject`` is the id of the key or account, 0 for everything."""

    number = models.BigIntegerField(primary_key=True)
    topic = models.CharField(max_length=16, choices=Topic)
    subject = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

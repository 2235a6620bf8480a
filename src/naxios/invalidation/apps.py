from django.apps import AppConfig


class InvalidationConfig(AppConfig):
    name = "naxios.invalidation"

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "naxios.catalogue"

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "naxios.web"

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "naxios.accounts"

    def ready(self) -> None:
        from naxios.accounts import receivers  # noqa: F401  (connects them)

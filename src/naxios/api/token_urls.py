from django.urls import path

from naxios.api.views import tokens

app_name = "tokens"
urlpatterns = [
    path("", tokens.tokens, name="list"),
    path("<int:token_id>/revoke", tokens.revoke, name="revoke"),
]

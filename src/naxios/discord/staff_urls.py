from django.urls import path

from naxios.discord import staff_views

app_name = "discord_staff"
urlpatterns = [
    path("", staff_views.overview, name="overview"),
    path("identities/<int:number>/", staff_views.identity, name="identity"),
    path("claims/<int:number>/", staff_views.move, name="move"),
]

from django.urls import path

from naxios.discord import views

app_name = "discord"
urlpatterns = [
    path("", views.home, name="home"),
    path("connect/", views.connect, name="connect"),
    path("check/", views.check, name="check"),
    path("key/", views.key, name="key"),
    path("disconnect/", views.disconnect, name="disconnect"),
    path("avatar/<str:picture>", views.avatar, name="avatar"),
]

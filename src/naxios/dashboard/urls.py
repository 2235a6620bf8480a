from django.urls import path

from naxios.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("live/", views.home_live, name="home_live"),
    path("limits/", views.limits, name="limits"),
    path("limits/live/", views.limits_live, name="limits_live"),
]

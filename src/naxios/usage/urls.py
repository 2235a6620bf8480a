from django.urls import path

from naxios.usage import views

app_name = "usage"
urlpatterns = [
    path("", views.explore_usage, name="explore"),
    path("live/", views.live, name="live"),
    path("download/", views.download, name="download"),
]

from django.urls import path

from naxios.status import views

app_name = "status"
urlpatterns = [
    path("", views.overview, name="overview"),
]

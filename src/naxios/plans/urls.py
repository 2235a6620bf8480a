from django.urls import path

from naxios.plans import views

app_name = "plans"
urlpatterns = [
    path("accept-free/", views.accept_lapse, name="accept_lapse"),
]

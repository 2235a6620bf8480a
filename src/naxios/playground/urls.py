from django.urls import path

from naxios.playground import views

app_name = "playground"
urlpatterns = [
    path("", views.chat, name="chat"),
    path("open/", views.open_key, name="open"),
]

from django.urls import path

from naxios.accounts import views

app_name = "accounts"
urlpatterns = [
    path("first-staff/<str:token>/", views.first_staff, name="first_staff"),
]

from django.urls import path

from naxios.mail import views

app_name = "mail"
urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("<int:number>/", views.detail, name="detail"),
]

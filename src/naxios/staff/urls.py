from django.urls import path

from naxios.staff import views

app_name = "staff"
urlpatterns = [
    path("", views.home, name="home"),
    path("integrations/", views.integrations, name="integrations"),
    path("audit/", views.audit_events, name="audit"),
]

from django.urls import path

from naxios.web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("models", views.models, name="models"),
    path("pricing", views.pricing, name="pricing"),
    path("docs", views.docs, name="docs"),
    path("privacy", views.privacy, name="privacy"),
    path("terms", views.terms, name="terms"),
    path("contact", views.contact, name="contact"),
    path("branding.css", views.branding_css, name="branding_css"),
    path("branding/logo", views.branding_logo, name="branding_logo"),
    path("robots.txt", views.robots, name="robots"),
]

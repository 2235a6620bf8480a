from django.urls import path

from naxios.keys import views

app_name = "keys"
urlpatterns = [
    path("", views.list_keys, name="list"),
    path("create/", views.create, name="create"),
    path("<int:key_id>/", views.detail, name="detail"),
    path("<int:key_id>/edit/", views.edit, name="edit"),
    path("<int:key_id>/rotate/", views.rotate, name="rotate"),
    path("<int:key_id>/revoke/", views.revoke, name="revoke"),
]

from django.urls import path
from django.views.generic import RedirectView

from naxios.api.views.rest import api

urlpatterns = [
    path("", RedirectView.as_view(url="docs")),
    path("", api.urls),
]

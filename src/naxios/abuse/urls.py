"""The addresses of abuse, in the dashboard and in the console."""

from django.urls import path

from naxios.abuse.views import owner, staff

app_name = "abuse"
urlpatterns = [
    path("dashboard/review/", owner.check, name="check"),
    path("dashboard/review/link/", owner.send_link, name="send_link"),
    path("dashboard/review/<str:token>/", owner.confirm, name="confirm"),
    path("staff/reviews/", staff.listed, name="reviews"),
    path("staff/reviews/<int:number>/", staff.detail, name="review"),
    path("staff/reviews/<int:number>/decide/", staff.decide, name="decide"),
    path("staff/reviews/<int:number>/suspend/", staff.suspend, name="suspend"),
]

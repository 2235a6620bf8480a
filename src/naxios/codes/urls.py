from django.urls import path

from naxios.codes.views import redeem, staff

app_name = "codes"
urlpatterns = [
    path("dashboard/redeem/", redeem.redeem, name="redeem"),
    path("staff/codes/", staff.batches, name="batches"),
    path("staff/codes/find/", staff.find, name="find"),
    path("staff/codes/create/", staff.create, name="create"),
    path("staff/codes/<int:batch_id>/", staff.batch, name="batch"),
    path("staff/codes/<int:batch_id>/csv/", staff.download, name="csv"),
    path("staff/codes/<int:batch_id>/void/", staff.void_batch, name="void_batch"),
    path("staff/codes/code/<int:code_id>/", staff.code, name="code"),
    path("staff/codes/code/<int:code_id>/void/", staff.void_code, name="void_code"),
    path("staff/codes/redemptions/<int:redemption_id>/undo/", staff.undo, name="undo"),
]

"""Where people carry, hand over, deliver and take in, under /work/."""

from django.urls import path

from logistics.desk.views import photos

urlpatterns = [
    path("photos/", photos.photo_add, name="photo_add"),
    path("photos/<uuid:photo_id>/", photos.photo_file, name="photo_file"),
]

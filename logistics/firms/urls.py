"""The enterprise's own desk under /firm/, and what else its people open."""

from django.urls import path

from logistics.firms.views import devices, drivers, home, join, people, stations

urlpatterns = [
    path("firm/", home.chooser, name="firms"),
    path("firm/<slug:firm>/", home.home, name="firm"),
    path("firm/<slug:firm>/stations/", home.stations, name="firm_stations"),
    path("firm/<slug:firm>/vehicles/", home.vehicles, name="firm_vehicles"),
    path("firm/<slug:firm>/vehicles/<int:vehicle_id>/", drivers.vehicle, name="firm_vehicle"),
    path("firm/<slug:firm>/drivers/<uuid:binding_id>/agree/", drivers.driver_agree, name="firm_driver_agree"),
    path("firm/<slug:firm>/drivers/<uuid:binding_id>/end/", drivers.driver_end, name="firm_driver_end"),
    path("firm/<slug:firm>/couriers/", home.couriers, name="firm_couriers"),
    path("firm/<slug:firm>/certificates/", home.certificates, name="firm_certificates"),
    path("firm/<slug:firm>/staff/", people.staff, name="firm_staff"),
    path("firm/<slug:firm>/staff/invite/", people.staff_invite, name="firm_staff_invite"),
    path(
        "firm/<slug:firm>/staff/invitations/<uuid:invitation_id>/withdraw/",
        people.staff_withdraw,
        name="firm_staff_withdraw",
    ),
    path("firm/<slug:firm>/staff/<int:user_id>/leave/", people.staff_leave, name="firm_staff_leave"),
    path("firm/<slug:firm>/devices/", devices.devices, name="firm_devices"),
    path("firm/<slug:firm>/devices/issue/", devices.device_issue, name="firm_device_issue"),
    path("firm/<slug:firm>/devices/<int:device_id>/rotate/", devices.device_rotate, name="firm_device_rotate"),
    path("firm/<slug:firm>/devices/<int:device_id>/revoke/", devices.device_revoke, name="firm_device_revoke"),
    path("join/<str:token>/", join.join, name="join"),
    path("my/vehicles/", drivers.my_vehicles, name="my_vehicles"),
    path("my/vehicles/ask/", drivers.my_vehicle_ask, name="my_vehicle_ask"),
    path("my/vehicles/<uuid:binding_id>/agree/", drivers.my_vehicle_agree, name="my_vehicle_agree"),
    path("my/vehicles/<uuid:binding_id>/end/", drivers.my_vehicle_end, name="my_vehicle_end"),
    path("work/stations/", stations.my_stations, name="my_stations"),
    path("work/stations/<slug:code>/", stations.station_edit, name="station_edit"),
    path("work/stations/<slug:code>/photos/add/", stations.station_photo_add, name="station_photo_add"),
    path(
        "work/stations/<slug:code>/photos/<uuid:picture_id>/remove/",
        stations.station_photo_remove,
        name="station_photo_remove",
    ),
    path("stations/photos/<uuid:picture_id>.jpg", stations.station_photo, name="station_photo"),
]

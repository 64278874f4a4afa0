from django.urls import path

import portal.core.converters  # noqa: F401  `anything`
from portal.public.views import api_docs, checks, health, help, home, mine, opened, qr, stations, style, track, verify

# The fast lane first: the resolver walks this list from the top.
urlpatterns = [
    path("t/<anything:number>", track.track, name="track"),
    path("api/v1/track/<anything:number>", track.track_json, name="track_json"),
    path("", home.home, name="home"),
    path("o/<str:number>", track.opened, name="track_opened"),
    path("t/", track.track_many, name="track_many"),
    path("qr/<str:number>.svg", qr.qr, name="qr"),
    path("code/", opened.request_code, name="request_code"),
    path("code/confirm/", opened.confirm_code, name="confirm_code"),
    path("l/<str:token>", opened.open_link, name="open_link"),
    path("p/<str:waybill>", opened.parcel_page, name="parcel_page"),
    path("p/<str:waybill>/consent", opened.consent, name="parcel_consent"),
    path("p/<str:waybill>/proxy", opened.proxy, name="parcel_proxy"),
    path("my/", mine.my_parcels, name="my_parcels"),
    path("my/proxy/", mine.my_proxy, name="my_proxy"),
    path("my/consent/", mine.my_consent, name="my_consent"),
    path("help/first-steps/", help.first_steps_done, name="first_steps_done"),
    path("api/docs/", api_docs.api_docs, name="api_docs"),
    path("stations/", stations.finder, name="stations"),
    path("stations/points.json", stations.points, name="station_points"),
    path("qr/station/<slug:code>.svg", stations.station_qr, name="station_qr"),
    path("stations/<slug:code>/", stations.station, name="station"),
    path("stations/<slug:code>/sign.pdf", stations.station_sign, name="station_sign"),
    path("check/vehicle/", checks.vehicle, name="check_vehicle"),
    path("check/courier/", checks.courier, name="check_courier"),
    path("carriers/", checks.carriers, name="carriers"),
    path("help/", help.index, name="help"),
    path("help/<slug:slug>/", help.page, name="help_page"),
    path("dev/style/", style.page, name="style"),
    path("dev/style.css", style.sheet, name="style_sheet"),
    path("verify/", verify.ask, name="verify"),
    path("verify/<str:certificate>/", verify.page, name="certificate_verify"),
    path("api/v1/verify/<str:certificate>/", verify.answer_json, name="certificate_verify_json"),
    path(".well-known/certificate-keys.json", verify.keys, name="certificate_keys"),
    path("health/", health.alive, name="health"),
    path("health/ready/", health.ready, name="health_ready"),
]

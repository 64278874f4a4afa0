"""Who gets what at every address: one line a route and method, one column a persona.

A number is the HTTP status; `login` leads to the login page. Addresses with a record name the keeper's own parcel, the
import of the enterprise administrator's carrier, the villager's relation and so on (visits.py, street.py), so
the column of somebody else shows 404; so does the courier's, who does not carry the keeper's parcel. POST is sent
without data: 400 or 409 says that the door is open and the form is empty. Read it as law: a change here is a change of
who may do what. A route that is missing fails.

Columns: anonymous, villager, courier, keeper, keeper next door, enterprise administrator, township official, county
official, neighbour county's official, support, administrator, scanner.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.meta.street import PERSONAS

TABLE = """
# pages for everybody, and a member's own
#                                 anon  villa couri keepe k.nex ent.a towns count neigh suppo admin scann
track                        GET  200   200   200   200   200   200   200   200   200   200   200   200
track_json                   GET  200   200   200   200   200   200   200   200   200   200   200   200
home                         GET  200   200   200   200   200   200   200   200   200   200   200   200
track_many                   GET  200   200   200   200   200   200   200   200   200   200   200   200
track_opened                 GET  302   302   302   302   302   302   302   302   302   302   302   302
qr                           GET  200   200   200   200   200   200   200   200   200   200   200   200
request_code                 POST 400   400   400   400   400   400   400   400   400   400   400   400
confirm_code                 GET  200   200   200   200   200   200   200   200   200   200   200   200
confirm_code                 POST 400   400   400   400   400   400   400   400   400   400   400   400
open_link                    GET  404   404   404   404   404   404   404   404   404   404   404   404
parcel_page                  GET  302   200   404   404   404   404   404   404   404   404   404   302
parcel_consent               POST 302   400   404   404   404   404   404   404   404   404   404   302
parcel_proxy                 POST 302   400   404   404   404   404   404   404   404   404   404   302
my_parcels                   GET  login 200   200   200   200   200   200   200   200   200   200   login
health                       GET  200   200   200   200   200   200   200   200   200   200   200   200
health_ready                 GET  200   200   200   200   200   200   200   200   200   200   200   200
divisions                    GET  200   200   200   200   200   200   200   200   200   200   200   200
divisions_resolve            POST 400   400   400   400   400   400   400   400   400   400   400   400
developer_messages           GET  200   200   200   200   200   200   200   200   200   200   200   200
reading_setting              POST 302   302   302   302   302   302   302   302   302   302   302   302

# logging in, the own account, the second factor, relatives
#                                 anon  villa couri keepe k.nex ent.a towns count neigh suppo admin scann
account_home                 GET  login 200   200   200   200   200   200   200   200   200   200   login
account_login                GET  200   302   302   302   302   302   302   302   302   302   302   200
account_logout               GET  302   200   200   200   200   200   200   200   200   200   200   302
account_request_login_code   GET  200   302   302   302   302   302   302   302   302   302   302   200
account_confirm_login_code   GET  login 302   302   302   302   302   302   302   302   302   302   login
account_signup               GET  200   302   302   302   302   302   302   302   302   302   302   200
account_inactive             GET  200   200   200   200   200   200   200   200   200   200   200   200
account_reauthenticate       GET  login 200   200   200   200   200   200   200   200   200   200   login
account_change_password      GET  login 200   200   200   200   200   200   200   200   200   200   login
account_set_password         GET  login 302   302   302   302   302   302   302   302   302   302   login
account_verify_phone         GET  login 302   302   302   302   302   302   302   302   302   302   login
account_change_phone         GET  login 200   200   200   200   200   200   200   200   200   200   login
account_work_pin             GET  login 200   200   200   200   200   200   200   200   200   200   login
account_work_pin             POST login 200   200   200   200   200   200   200   200   200   200   login
mfa_index                    GET  login 200   200   200   200   200   200   200   200   200   200   login
mfa_authenticate             GET  login 302   302   302   302   302   302   302   302   302   302   login
mfa_reauthenticate           GET  login 302   302   302   302   302   302   302   302   302   302   login
mfa_activate_totp            GET  login 302   302   302   302   302   302   302   302   302   302   login
mfa_deactivate_totp          GET  login 404   404   404   404   404   404   404   404   404   404   login
mfa_view_recovery_codes      GET  login 404   404   404   404   404   404   404   404   404   404   login
mfa_generate_recovery_codes  GET  login 302   302   302   302   302   302   302   302   302   302   login
mfa_download_recovery_codes  GET  login 404   404   404   404   404   404   404   404   404   404   login
account_end_session          POST login 404   404   404   404   404   404   404   404   404   404   login
usersessions_list            GET  login 200   200   200   200   200   200   200   200   200   200   login
my_relatives                 GET  login 200   200   200   200   200   200   200   200   200   200   login
my_relatives                 POST login 200   200   200   200   200   200   200   200   200   200   login
my_relatives_ask             POST login 400   400   400   400   400   400   400   400   400   400   login
my_relatives_code            POST login 400   400   400   400   400   400   400   400   400   400   login
my_relatives_agree           POST login 409   404   404   404   404   404   404   404   404   404   login
my_relatives_end             POST login 302   404   404   404   404   404   404   404   404   404   login

# work pages of staff
#                                 anon  villa couri keepe k.nex ent.a towns count neigh suppo admin scann
work_imports                 GET  login 403   403   403   403   200   200   200   200   403   200   login
work_imports                 POST login 403   403   403   403   400   403   400   403   403   400   login
work_import_template         GET  login 403   403   403   403   200   200   200   200   403   200   login
work_import                  GET  login 403   403   403   403   200   404   200   404   403   200   login
work_import_run              POST login 403   403   403   403   409   403   409   404   403   409   login
work_import_answers          GET  login 403   403   403   403   200   403   200   200   403   200   login
work_import_answer_change    GET  login 403   403   403   403   200   403   404   404   403   404   login
work_import_answer_change    POST login 403   403   403   403   400   403   404   404   403   404   login
work_import_columns          GET  login 403   403   403   403   200   403   404   404   403   404   login
work_import_columns          POST login 403   403   403   403   409   403   404   404   403   404   login
work_import_answer           POST login 403   403   403   403   302   403   404   404   403   404   login
work_import_answer_forget    POST login 403   403   403   403   302   403   404   404   403   404   login
work_import_result           GET  login 403   403   403   403   200   404   404   404   403   404   login
work                         GET  login 403   200   200   200   200   200   200   200   200   200   login
work_parcels                 GET  login 403   200   200   200   200   200   200   200   200   200   login
work_parcel                  GET  login 403   404   200   404   200   200   200   404   200   200   login
work_parcel                  POST login 403   404   400   404   403   403   400   404   403   400   login
work_parcel_why              GET  login 403   403   403   403   403   200   200   404   200   200   login

# programs
#                                 anon  villa couri keepe k.nex ent.a towns count neigh suppo admin scann
api:device-self              GET  401   403   404   404   404   404   403   404   404   403   404   200
api:events                   POST 401   403   400   400   400   400   403   400   400   403   400   400
api:parcels                  POST 401   403   403   400   400   400   403   400   400   403   400   403
api:refused                  GET  401   403   200   200   200   200   200   200   200   403   200   200
api:imports                  GET  401   403   403   403   403   200   403   200   200   403   200   403
api:imports                  POST 401   403   403   403   403   400   403   400   400   403   400   403
api:import                   GET  401   403   403   403   403   200   404   200   404   403   200   403
api:import-result            GET  401   403   403   403   403   200   404   404   404   403   404   403
api:kuaidi100                POST 400   400   400   400   400   400   400   400   400   400   400   400
api-schema                   GET  200   200   200   200   200   200   200   200   200   200   200   200

# the officials' site: others are led to the login page; a record of another county answers 404
#                                                anon  villa couri keepe k.nex ent.a towns count neigh suppo admin scann
admin:search                                 GET login login login login login login 404   404   404   404   404   login
admin:index                                  GET login login login login login login 200   200   200   200   200   login
admin:login                                  GET login 403   403   403   403   403   302   302   302   302   302   login
admin:logout                                 GET 302   302   302   302   302   302   302   302   302   302   302   302
admin:password_change                        GET login login login login login login 302   302   302   302   302   login
admin:password_change_done                   GET login login login login login login 200   200   200   200   200   login
admin:autocomplete                           GET login login login login login login 403   403   403   403   403   login
admin:jsi18n                                 GET login login login login login login 200   200   200   200   200   login
admin:parcels_bag_changelist                 GET login login login login login login 200   200   200   200   200   login
admin:parcels_bag_add                        GET login login login login login login 403   403   403   403   403   login
admin:parcels_bag_history                    GET login login login login login login 302   302   404   302   302   login
admin:parcels_bag_delete                     GET login login login login login login 403   403   404   403   403   login
admin:parcels_bag_change                     GET login login login login login login 200   200   404   200   200   login
admin/parcels/bag/<path:object_id>/          GET login login login login login login 302   302   302   302   302   login
admin:parcels_handover_changelist            GET login login login login login login 200   200   200   200   200   login
admin:parcels_handover_add                   GET login login login login login login 403   403   403   403   403   login
admin:parcels_handover_history               GET login login login login login login 302   302   404   302   302   login
admin:parcels_handover_delete                GET login login login login login login 403   403   404   403   403   login
admin:parcels_handover_change                GET login login login login login login 200   200   404   200   200   login
admin/parcels/handover/<path:object_id>/     GET login login login login login login 302   302   302   302   302   login
admin:parcels_carrierfeed_changelist         GET login login login login login login 403   200   200   403   200   login
admin:parcels_carrierfeed_add                GET login login login login login login 403   200   200   403   200   login
admin:parcels_carrierfeed_history            GET login login login login login login 404   302   404   404   302   login
admin:parcels_carrierfeed_delete             GET login login login login login login 404   403   404   404   403   login
admin:parcels_carrierfeed_change             GET login login login login login login 404   200   404   404   200   login
admin/parcels/carrierfeed/<path:object_id>/  GET login login login login login login 302   302   302   302   302   login
admin:parcels_event_changelist               GET login login login login login login 200   200   200   200   200   login
admin:parcels_event_add                      GET login login login login login login 403   403   403   403   403   login
admin:parcels_event_history                  GET login login login login login login 302   302   404   302   302   login
admin:parcels_event_delete                   GET login login login login login login 403   403   404   403   403   login
admin:parcels_event_change                   GET login login login login login login 200   200   404   200   200   login
admin/parcels/event/<path:object_id>/        GET login login login login login login 302   302   302   302   302   login
admin:parcels_refusedevent_changelist        GET login login login login login login 200   200   200   403   200   login
admin:parcels_refusedevent_add               GET login login login login login login 403   403   403   403   403   login
admin:parcels_refusedevent_history           GET login login login login login login 404   302   404   404   302   login
admin:parcels_refusedevent_delete            GET login login login login login login 404   403   404   404   403   login
admin:parcels_refusedevent_change            GET login login login login login login 404   200   404   404   200   login
admin/parcels/refusedevent/<path:object_id>/ GET login login login login login login 302   302   302   302   302   login
admin:parcels_parcel_changelist              GET login login login login login login 200   200   200   200   200   login
admin:parcels_parcel_add                     GET login login login login login login 403   403   403   403   403   login
admin:parcels_parcel_history                 GET login login login login login login 302   302   404   302   302   login
admin:parcels_parcel_delete                  GET login login login login login login 403   403   404   403   403   login
admin:parcels_parcel_change                  GET login login login login login login 200   200   404   200   200   login
admin/parcels/parcel/<path:object_id>/       GET login login login login login login 302   302   302   302   302   login
admin:parcels_timerrule_changelist           GET login login login login login login 403   200   200   403   200   login
admin:parcels_timerrule_add                  GET login login login login login login 403   200   200   403   200   login
admin:parcels_timerrule_history              GET login login login login login login 404   302   302   404   302   login
admin:parcels_timerrule_delete               GET login login login login login login 404   403   403   404   403   login
admin:parcels_timerrule_change               GET login login login login login login 404   200   200   404   200   login
admin/parcels/timerrule/<path:object_id>/    GET login login login login login login 302   302   302   302   302   login
admin:parcels_knownword_changelist           GET login login login login login login 403   200   200   403   200   login
admin:parcels_knownword_add                  GET login login login login login login 403   200   200   403   200   login
admin:parcels_knownword_history              GET login login login login login login 404   302   302   404   302   login
admin:parcels_knownword_delete               GET login login login login login login 404   403   403   404   403   login
admin:parcels_knownword_change               GET login login login login login login 404   200   200   404   200   login
admin/parcels/knownword/<path:object_id>/    GET login login login login login login 302   302   302   302   302   login
admin:regions_division_changelist            GET login login login login login login 200   200   200   200   200   login
admin:regions_division_add                   GET login login login login login login 403   403   403   403   403   login
admin:regions_division_history               GET login login login login login login 302   302   404   302   302   login
admin:regions_division_delete                GET login login login login login login 403   403   404   403   403   login
admin:regions_division_change                GET login login login login login login 200   200   404   200   200   login
admin/regions/division/<path:object_id>/     GET login login login login login login 302   302   302   302   302   login
admin:regions_divisionalias_changelist     GET login login login login login login 200   200   200   200   200   login
admin:regions_divisionalias_add            GET login login login login login login 403   200   200   403   200   login
admin:regions_divisionalias_history        GET login login login login login login 302   302   404   302   302   login
admin:regions_divisionalias_delete         GET login login login login login login 403   200   404   403   200   login
admin:regions_divisionalias_change         GET login login login login login login 200   200   404   200   200   login
admin/regions/divisionalias/<path:object_id>/ GET login login login login login login 302  302  302  302  302  login
admin:registry_enterprise_changelist         GET login login login login login login 200   200   200   403   200   login
admin:registry_enterprise_add                GET login login login login login login 403   200   200   403   200   login
admin:registry_enterprise_history            GET login login login login login login 404   302   404   404   302   login
admin:registry_enterprise_delete             GET login login login login login login 404   403   404   404   403   login
admin:registry_enterprise_change             GET login login login login login login 404   200   404   404   200   login
admin/registry/enterprise/<path:object_id>/  GET login login login login login login 302   302   302   302   302   login
admin:registry_station_changelist            GET login login login login login login 200   200   200   200   200   login
admin:registry_station_add                   GET login login login login login login 403   200   200   403   200   login
admin:registry_station_history               GET login login login login login login 302   302   404   302   302   login
admin:registry_station_delete                GET login login login login login login 403   403   404   403   403   login
admin:registry_station_change                GET login login login login login login 200   200   404   200   200   login
admin/registry/station/<path:object_id>/     GET login login login login login login 302   302   302   302   302   login
admin:devices_device_changelist              GET login login login login login login 200   200   200   403   200   login
admin:devices_device_add                     GET login login login login login login 403   200   200   403   200   login
admin:devices_device_history                 GET login login login login login login 302   302   404   404   302   login
admin:devices_device_delete                  GET login login login login login login 403   403   404   404   403   login
admin:devices_device_change                  GET login login login login login login 200   200   404   404   200   login
admin/devices/device/<path:object_id>/       GET login login login login login login 302   302   302   302   302   login
admin:audit_auditentry_changelist            GET login login login login login login 403   200   200   403   200   login
admin:audit_auditentry_add                   GET login login login login login login 403   403   403   403   403   login
admin:audit_auditentry_history               GET login login login login login login 404   302   404   404   302   login
admin:audit_auditentry_delete                GET login login login login login login 404   403   404   404   403   login
admin:audit_auditentry_change                GET login login login login login login 404   200   404   404   200   login
admin/audit/auditentry/<path:object_id>/     GET login login login login login login 302   302   302   302   302   login
admin:notify_message_changelist              GET login login login login login login 403   200   200   403   200   login
admin:notify_message_add                     GET login login login login login login 403   403   403   403   403   login
admin:notify_message_history                 GET login login login login login login 404   302   404   404   302   login
admin:notify_message_delete                  GET login login login login login login 404   403   404   404   403   login
admin:notify_message_change                  GET login login login login login login 404   200   404   404   200   login
admin/notify/message/<path:object_id>/       GET login login login login login login 302   302   302   302   302   login
admin:accounts_user_changelist               GET login login login login login login 403   200   200   403   200   login
admin:callers                                GET login login login login login login 200   200   200   200   200   login
admin:accounts_user_add                      GET login login login login login login 403   403   403   403   403   login
admin:accounts_user_history                  GET login login login login login login 404   302   404   404   302   login
admin:accounts_user_delete                   GET login login login login login login 404   403   404   404   403   login
admin:accounts_user_change                   GET login login login login login login 404   200   404   404   200   login
admin/accounts/user/<path:object_id>/        GET login login login login login login 302   302   302   302   302   login
admin:access_divisiongrant_changelist        GET login login login login login login 403   200   200   403   200   login
admin:access_divisiongrant_add               GET login login login login login login 403   200   200   403   200   login
admin:access_divisiongrant_history           GET login login login login login login 404   302   404   404   302   login
admin:access_divisiongrant_delete            GET login login login login login login 404   200   404   404   200   login
admin:access_divisiongrant_change            GET login login login login login login 404   200   404   404   200   login
admin/access/divisiongrant/<path:object_id>/ GET login login login login login login 302   302   302   302   302   login
admin:app_list                               GET login login login login login login 200   200   200   200   200   login
admin/(?P<url>.*)$                           GET login login login login login login 404   404   404   404   404   login
"""


# The doors of later apps, a file each, in the same form.
TABLE += "".join(file.read_text(encoding="utf-8") for file in sorted((Path(__file__).parent / "doors").glob("*.txt")))


@dataclass(frozen=True)
class Row:
    route: str
    method: str
    answers: dict[str, str]


def rows(text: str = TABLE) -> list[Row]:
    """The table's lines. Raises ValueError for a line that does not have one word a persona."""
    read = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            route, method, *words = line.split()
            read.append(Row(route, method, dict(zip(PERSONAS, words, strict=True))))
    return read

"""The station counter: inbound, pickup codes and links, giving out, named proxies, refusals."""

from logistics.parcels.services.pickup.arrival import untell_recipient
from logistics.parcels.services.pickup.codes import issue_code, spaced
from logistics.parcels.services.pickup.giving import give_out
from logistics.parcels.services.pickup.inbound import station_inbound
from logistics.parcels.services.pickup.links import make_link_token, read_link_parcels, read_link_token
from logistics.parcels.services.pickup.proxies import name_proxies, name_proxy, withdraw_proxy
from logistics.parcels.services.pickup.refusing import refuse_parcel

__all__ = [
    "give_out",
    "issue_code",
    "make_link_token",
    "name_proxies",
    "name_proxy",
    "read_link_parcels",
    "read_link_token",
    "refuse_parcel",
    "spaced",
    "station_inbound",
    "untell_recipient",
    "withdraw_proxy",
]

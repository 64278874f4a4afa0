from logistics.parcels.models.bags import Bag, BagItem, Handover, HandoverItem
from logistics.parcels.models.events import ConsumerCursor, Event, EventKey, EventSource, RefusedEvent
from logistics.parcels.models.feeds import CarrierFeed
from logistics.parcels.models.imports import ImportBatch, ImportRow
from logistics.parcels.models.parcel import Parcel, ParcelContact, ParcelNumber
from logistics.parcels.models.pickup import Consent, ParcelPiece, Pickup, PickupCode, PickupProxy
from logistics.parcels.models.proofs import DoorCode, DoorDelivery, Photo
from logistics.parcels.models.tally import OpenTally
from logistics.parcels.models.timers import Timer, TimerRule
from logistics.parcels.models.words import KnownWord, SenderAnswer

__all__ = [
    "Bag",
    "BagItem",
    "CarrierFeed",
    "Consent",
    "ConsumerCursor",
    "DoorCode",
    "DoorDelivery",
    "Event",
    "EventKey",
    "EventSource",
    "Handover",
    "HandoverItem",
    "ImportBatch",
    "ImportRow",
    "KnownWord",
    "OpenTally",
    "Parcel",
    "ParcelContact",
    "ParcelNumber",
    "ParcelPiece",
    "Photo",
    "Pickup",
    "PickupCode",
    "PickupProxy",
    "RefusedEvent",
    "SenderAnswer",
    "Timer",
    "TimerRule",
]

"""Who reads the event log of the parcels. Each has its own cursor; a new one starts at the beginning."""

from logistics.parcels.services import consent_asks, notices, timers, ways_back
from logistics.parcels.services.consumers import Consumer

CONSUMERS = (
    Consumer("timers", timers.arm),
    Consumer("arrivals", notices.announce_arrivals),
    Consumer("consents", consent_asks.ask_for_consent),
    Consumer("ways_back", ways_back.open_ways_back),
)

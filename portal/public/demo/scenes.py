"""Today's work at hub, town and village, done by the personas themselves through the services they use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from logistics.parcels.events import NewEvent
from logistics.parcels.models import Event, Parcel, PickupCode
from logistics.parcels.services.bags import add_to_bag, open_bag, seal_bag
from logistics.parcels.services.corrections import correct_event
from logistics.parcels.services.handovers import offer_handover, take_over
from logistics.parcels.services.numbers import add_successor_number
from logistics.parcels.services.parties import Party
from logistics.parcels.services.pickup import give_out, name_proxy, refuse_parcel
from logistics.parcels.services.record import record_events
from logistics.parcels.services.returns import ReturnReason, create_return_shipment, start_return
from logistics.parcels.services.sources import source_for
from logistics.parcels.states import CorrectionReason, PickupMethod, Stage
from logistics.registry.models import Enterprise
from portal.public.demo import cast, scenes_road
from portal.public.demo.journeys import Plan
from portal.public.demo.people import actor
from portal.public.demo.places import Network


class Scenes:
    """`kept` are the parcels kept ready for each scene."""

    def __init__(self, *, plans: list[Plan], parcels: dict[int, Parcel], network: Network, now: dt.datetime):
        self.now = now
        self.hub = network.stations[cast.HUB]
        self.town = network.stations[cast.township_station(cast.TOWNSHIP)]
        self.village = network.stations[cast.village_station(cast.HOME_VILLAGE)]
        self.kept: dict[str, list[Parcel]] = {}
        for n, plan in enumerate(plans):
            if plan.scene:
                self.kept.setdefault(plan.scene, []).append(parcels[n])
        self.hub_keeper, self.town_keeper = actor("hub_keeper"), actor("town_keeper")
        self.keeper, self.official = actor("keeper"), actor("county_official")
        self.sorter, self.driver, self.courier = actor("hub_sorter"), actor("driver"), actor("courier")

    def play(self) -> None:
        self.bags()
        self.handovers()
        self.forwarding()
        self.counter()
        self.corrections()
        scenes_road.on_the_road(self)
        scenes_road.doorsteps(self)
        scenes_road.shelf_counted(self)
        self.refused_scans()

    def bags(self) -> None:
        """One sealed bag on its way to the town, offered and not yet answered; one still open."""
        sealed = open_bag(origin=self.hub, destination=self.town, actor=self.hub_keeper, now=self.now)
        add_to_bag(bag=sealed, parcels=self.kept["bag"], actor=self.hub_keeper, now=self.now)
        seal = f"DEMO-{sealed.number}"
        sealed = seal_bag(bag=sealed, seal_number=seal, actor=self.hub_keeper, now=self.now)
        self.offer(bags=[sealed])
        still_open = open_bag(origin=self.hub, destination=self.town, actor=self.hub_keeper, now=self.now)
        add_to_bag(bag=still_open, parcels=self.kept["open_bag"], actor=self.hub_keeper, now=self.now)

    def offer(self, **what):
        giver, taker = Party.station(self.hub), Party.station(self.town)
        return offer_handover(giver=giver, taker=taker, station=self.hub, actor=self.hub_keeper, now=self.now, **what)

    def handovers(self) -> None:
        """One where everything was there, one where a parcel was missing."""
        for scene, missing in (("handed", 0), ("dispute", 1)):
            offered = self.offer(parcels=self.kept[scene])
            scanned = [parcel.waybill for parcel in self.kept[scene][missing:]]
            take_over(
                handover=offered,
                scanned=scanned,
                actor=self.town_keeper,
                now=self.now,
                dispute="少一件" if missing else "",
            )

    def forwarding(self) -> None:
        """Handed on to the post, under a new number; both numbers find the parcel."""
        post = Enterprise.objects.get(code=cast.POST)
        for parcel in self.kept["forward"]:
            number = f"97{parcel.pk % 10**6:06d}{int(self.now.timestamp()) % 10**5:05d}"
            add_successor_number(parcel=parcel, carrier=post, number=number, actor=self.hub_keeper, now=self.now)

    def counter(self) -> None:
        """Given out by code, to a named proxy, and refused."""
        alone, by_proxy, *_waiting = self.kept["give"]
        proxy = name_proxy(parcel=by_proxy, name="演示代收人", phone=cast.phone(999), actor=self.keeper, now=self.now)
        for parcel, whom in ((alone, None), (by_proxy, proxy)):
            code = PickupCode.objects.get(parcel=parcel).code
            give_out(
                parcel=parcel, station=self.village, actor=self.keeper, now=self.now, method=PickupMethod.CODE,
                code=code, proxy=whom,
            )  # fmt: skip
        for parcel in self.kept["refuse"]:
            refuse_parcel(parcel=parcel, actor=self.keeper, now=self.now, why="不是本人购买")
            start_return(parcel=parcel, reason=ReturnReason.REFUSED, actor=self.keeper, now=self.now)

    def corrections(self) -> None:
        """A delivery that did not happen is taken back; another one travels home as a new shipment."""
        delivered = Event.objects.filter(
            code=Stage.DELIVERED, parcel__demo=True, parcel__direction="DOWN", parcel__pickups=None
        )
        latest = list(delivered.select_related("parcel", "source").order_by("-occurred_at")[:2])
        if latest:
            correct_event(
                event=latest[0], reason=CorrectionReason.DID_NOT_OCCUR, actor=self.official, now=self.now,
                why="快递员误点签收，已电话核实",
            )  # fmt: skip
        for event in latest[1:]:
            create_return_shipment(parcel=event.parcel, actor=self.official, now=self.now)

    def refused_scans(self) -> None:
        """What a sender gets back with a reason: an unknown number and a station next door."""
        at = self.now.isoformat()
        foreign = self.kept["own"][0].waybill
        next_door = cast.village_station(cast.NEXT_VILLAGE)
        self.scan(
            [
                NewEvent(id="demo-refused-1", number="DEMO-UNKNOWN-1", code=str(Stage.AT_TOWN), at=at),
                NewEvent(id="demo-refused-2", number=foreign, code=str(Stage.AT_TOWN), at=at, station=next_door),
            ]
        )

    def scan(self, events: Iterable[NewEvent]) -> None:
        source = source_for(actor=self.keeper, now=self.now)
        record_events(events=list(events), source=source, actor=self.keeper, now=self.now)

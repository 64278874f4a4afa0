"""Who reaches which rows: every model of ours, by the read path of its faces.

`here` names who sees the row of the keeper's village, `next_door` who sees its twin in the village next door of the
same township (for parties and papers of enterprises: of the other carrier; for people: of the neighbour county).
A model with no read path of its own says why. Read it as law: a change here is a change of who sees what.
"""

from __future__ import annotations

from dataclasses import dataclass

from logistics.certificates import models as certificates
from logistics.desk.models import Scan, StockTake, StockTakeItem
from logistics.licensing import models as licensing
from logistics.parcels import models as parcels
from logistics.registry import models as registry
from logistics.training import models as training
from members.access.models import BulkRow, BulkRun, DivisionGrant, Function
from members.accounts.models import Relation, User
from members.devices.models import Device
from portal.audit.models import AuditEntry
from portal.notify.models import Attempt, BlockedNumber, Message, MessageLine, ProviderHealth
from portal.regions.models import Division, DivisionAlias
from portal.workdays.models import PublishedYear, SpecialDay


@dataclass(frozen=True)
class Seen:
    here: str = ""
    next_door: str = ""


@dataclass(frozen=True)
class NoFace:
    why: str


# The officials above the village. The neighbour county's official is never among them.
COUNTY = "county_official administrator"
OFFICE = f"township_official support {COUNTY}"
# Couriers see the parcels they carry; those of the table lie on a shelf.
STAFF = f"{OFFICE} enterprise_admin"

READ = {
    # selectors: pages and programs
    ("visible_parcels", parcels.Parcel): Seen(f"{STAFF} keeper scanner", f"{STAFF} keeper_next_door"),
    ("own_parcels", parcels.Parcel): Seen("villager", "keeper_next_door"),
    ("visible_stations", registry.Station): Seen(f"{OFFICE} courier keeper", f"{OFFICE} courier keeper_next_door"),
    ("visible_enterprises", registry.Enterprise): Seen(
        f"{COUNTY} enterprise_admin", COUNTY
    ),  # registered in the county, which is above a township
    ("visible_imports", parcels.ImportBatch): Seen(f"{COUNTY} enterprise_admin", COUNTY),
    ("visible_feeds", parcels.CarrierFeed): Seen(COUNTY, COUNTY),
    ("own_refused_events", parcels.RefusedEvent): Seen("enterprise_admin", ""),
    ("visible_handovers", parcels.Handover): Seen(f"{OFFICE} courier keeper", f"{OFFICE} courier keeper_next_door"),
    ("visible_photos", parcels.Photo): Seen(f"{COUNTY} keeper", f"{COUNTY} keeper_next_door"),
    ("own_relations", Relation): Seen("villager", "keeper_next_door"),
    ("own_messages", Message): Seen("villager", "keeper_next_door"),
    # own people and courses of the area: here a villager at the county's course, next door a keeper at the neighbours'
    ("visible_attempts", training.Attempt): Seen(COUNTY, f"township_official {COUNTY} neighbour_official"),
    # vehicles, couriers, applications: here of the carrier, next door of the keeper themselves
    ("visible_vehicles", registry.Vehicle): Seen(
        f"township_official {COUNTY} enterprise_admin", f"township_official {COUNTY} keeper_next_door"
    ),
    ("visible_couriers", registry.Courier): Seen(
        f"township_official {COUNTY} enterprise_admin courier", f"township_official {COUNTY} keeper_next_door"
    ),
    ("visible_invitations", registry.Invitation): Seen(f"{COUNTY} enterprise_admin", COUNTY),
    ("visible_bindings", registry.DriverBinding): Seen(
        f"township_official {COUNTY} enterprise_admin", f"township_official {COUNTY}"
    ),
    ("own_bindings", registry.DriverBinding): Seen("courier", "keeper_next_door"),
    ("own_applications", licensing.Application): Seen("villager enterprise_admin", "keeper_next_door"),
    ("visible_applications", licensing.Application): Seen(
        f"township_official {COUNTY} enterprise_admin", f"township_official {COUNTY}"
    ),
    # certificates: here of the carrier's courier, next door of the keeper
    ("visible_certificates", certificates.Certificate): Seen(
        f"township_official {COUNTY} enterprise_admin", f"township_official {COUNTY}"
    ),
    ("held_certificates", certificates.Certificate): Seen("courier enterprise_admin", "keeper_next_door"),
    ("own_certificates", certificates.Certificate): Seen("courier", "keeper_next_door"),
    # the officials' site
    ("admin", parcels.Parcel): Seen(OFFICE, OFFICE),
    ("admin", parcels.Event): Seen(OFFICE, OFFICE),
    ("admin", parcels.Bag): Seen(OFFICE, OFFICE),
    ("admin", parcels.Handover): Seen(OFFICE, OFFICE),
    ("admin", parcels.CarrierFeed): Seen(COUNTY, COUNTY),
    ("admin", parcels.RefusedEvent): Seen(COUNTY, COUNTY),
    ("admin", parcels.KnownWord): Seen(f"{COUNTY} neighbour_official"),  # one portal, one table of words
    ("admin", parcels.TimerRule): Seen(f"{COUNTY} neighbour_official"),  # one portal, one set of limits
    ("admin", registry.Station): Seen(OFFICE, OFFICE),
    ("admin", registry.Enterprise): Seen(COUNTY, COUNTY),
    ("admin", registry.StationUserObjectPermission): Seen(COUNTY, COUNTY),
    ("admin", registry.EnterpriseUserObjectPermission): Seen(COUNTY, COUNTY),
    ("admin", parcels.ImportBatch): Seen(COUNTY, COUNTY),
    ("admin", parcels.EventSource): Seen(COUNTY, COUNTY),
    ("admin", Scan): Seen(OFFICE, OFFICE),
    ("admin", StockTake): Seen(OFFICE, OFFICE),
    ("admin", BulkRun): Seen(COUNTY, "neighbour_official"),
    ("visible_register_imports", licensing.RegisterImport): Seen(COUNTY, "neighbour_official"),
    ("admin", licensing.RegisterImport): Seen(COUNTY, "neighbour_official"),
    ("admin", licensing.Application): Seen(f"township_official {COUNTY}", f"township_official {COUNTY}"),
    ("admin", certificates.Certificate): Seen(f"township_official {COUNTY}", f"township_official {COUNTY}"),
    ("admin", registry.Vehicle): Seen(f"township_official {COUNTY}", f"township_official {COUNTY}"),
    ("admin", registry.Courier): Seen(f"township_official {COUNTY}", f"township_official {COUNTY}"),
    ("admin", registry.DriverBinding): Seen(f"township_official {COUNTY}", f"township_official {COUNTY}"),
    ("admin", registry.Invitation): Seen(COUNTY, COUNTY),
    ("admin", PublishedYear): Seen(f"{COUNTY} neighbour_official"),  # one portal, one calendar
    ("admin", Division): Seen(OFFICE, OFFICE),
    ("admin", DivisionAlias): Seen(OFFICE, OFFICE),
    ("admin", Device): Seen(f"township_official {COUNTY}", f"township_official {COUNTY}"),
    ("admin", User): Seen(COUNTY, "neighbour_official"),
    ("admin", DivisionGrant): Seen(COUNTY, "neighbour_official"),
    ("admin", AuditEntry): Seen(COUNTY, COUNTY),
    ("admin", Message): Seen(COUNTY, COUNTY),
    ("admin", training.Course): Seen(COUNTY, "neighbour_official"),
    ("admin", training.Lesson): Seen(COUNTY, "neighbour_official"),
    ("admin", training.Question): Seen(COUNTY, "neighbour_official"),
    ("admin", training.Paper): Seen(COUNTY, "neighbour_official"),
    ("admin", training.Attempt): Seen(COUNTY, f"township_official {COUNTY} neighbour_official"),
    ("admin", ProviderHealth): Seen(*[f"{COUNTY} neighbour_official"] * 2),  # of no person and no place
}

NO_FACE = {
    parcels.ParcelNumber: NoFace("read with its parcel"),
    parcels.ParcelContact: NoFace("read with its parcel, masked; unmasked by PARCEL_VIEW_PERSONAL and logged"),
    parcels.EventKey: NoFace("the index that makes the log idempotent; holds nothing that events do not"),
    parcels.ConsumerCursor: NoFace("where the readers of the log stand; operation reads it in the health page"),
    parcels.OpenTally: NoFace("changes of a count; read as figures, cut to the area, by county_figures"),
    parcels.BagItem: NoFace("read with its bag"),
    parcels.HandoverItem: NoFace("read with its handover"),
    parcels.Consent: NoFace("read with its parcel"),
    parcels.PickupCode: NoFace("secret: reaches the recipient by message and by tier 2 of the lookup"),
    parcels.ParcelPiece: NoFace("read with its parcel"),
    parcels.PickupProxy: NoFace("read with its parcel"),
    parcels.Pickup: NoFace("read with its parcel"),
    parcels.DoorCode: NoFace("secret: reaches the recipient by message"),
    parcels.DoorDelivery: NoFace("read with its parcel"),
    parcels.Timer: NoFace("work of the scheduler; its effect is an event or a message"),
    parcels.SenderAnswer: NoFace("read by the sender's side only, with its import or as remembered_answers"),
    parcels.ImportRow: NoFace("read with its import, by the sender's side only (lines_of)"),
    registry.StationGroupObjectPermission: NoFace("needed by django-guardian; no role is held by a group"),
    registry.EnterpriseGroupObjectPermission: NoFace("needed by django-guardian; no role is held by a group"),
    MessageLine: NoFace("read with its message"),
    Attempt: NoFace("read with its message by officials (tries_of_message); summed up as costs"),
    BlockedNumber: NoFace("read by officials, masked, as far as their area wrote to it (blocked_numbers)"),
    certificates.Measure: NoFace("read with its certificate, by officials"),
    certificates.Reminder: NoFace("that a message was sent; the message itself is read by its recipient"),
    licensing.Remark: NoFace("read with its application"),
    licensing.Submission: NoFace("read with its application"),
    licensing.Step: NoFace("read with its application"),
    licensing.Check: NoFace("read with its application"),
    licensing.Document: NoFace(
        "read with its application; its file is opened by open_document, watermarked and logged"
    ),
    registry.StationPhoto: NoFace("public, read with its station (public_photos)"),
    BulkRow: NoFace("read with its run"),
    StockTakeItem: NoFace("read with its stock-take"),
    SpecialDay: NoFace("read with its year"),
    training.LessonDone: NoFace("progress of the learner, read with the course"),
    training.Option: NoFace("read with its question"),
    training.PaperPart: NoFace("read with its paper"),
    training.AttemptQuestion: NoFace("read with its attempt, by its owner and by officials who see the attempt"),
    licensing.RegisterRow: NoFace("read with its import"),
    Function: NoFace("has no table; carries the permissions for the groups"),
}

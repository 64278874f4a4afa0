"""Certification of a station: the county hub, a township or village station, a locker."""

from logistics.licensing.kinds.station.kind import StationCertification

KIND = StationCertification()

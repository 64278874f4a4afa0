"""Files of parcels and of events: read, checked, taken line by line, every refused line kept."""

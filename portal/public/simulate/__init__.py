"""A county day on which everything happens that happens in truth: for looking at live pages, and as load.

`plan` draws the day from a seed, `day` plays it through the portal's own doors, `ledger` keeps what was done, `check`
asks the public lookup what the portal shows, and both must agree. Enterprises and stations are the demo county's; the
parcels belong to its enterprises and are marked as demo data.
"""

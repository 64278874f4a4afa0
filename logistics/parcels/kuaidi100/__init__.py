"""The push format of kuaidi100 (快递100), read into events of ours. Pure: no database, no clock, no request.

Source: kuaidi100's push documentation and official SDK; the mapping follows the canonical table of
docs/data-formats.md. Never compare these numbers with another provider's: the same digits mean other things there.
"""

"""Printed documents: papers drawn in millimetres, with Chinese type, barcodes and QR codes.

`Paper` (paper.py) is what a document is drawn on; `text` breaks and shrinks lines; `fonts` says which face has a
character; `codes` draws Code 128 and QR. Knows no parcel and no person.
"""

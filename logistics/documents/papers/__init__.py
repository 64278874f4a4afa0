"""The drawings: each takes what is to be printed, already cut and masked, and gives the bytes of a PDF.

Know no database and no actor. Texts are in the language that is active.
"""

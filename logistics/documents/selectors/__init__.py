"""What is printed, cut to the actor's DOCUMENT_PRINT and masked. A fixed number of statements, however many rows."""

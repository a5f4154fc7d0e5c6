"""Tickets of a help desk: which targets they met, and which deadlines they have."""

"""Policies: the model, the format and its reading, and the compiled form."""

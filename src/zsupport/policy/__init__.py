"""Policies: the model, the format, the loader and the compiled form."""

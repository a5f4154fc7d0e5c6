"""Policies: the model, the format and its reading, the compiled form, where policies are found."""

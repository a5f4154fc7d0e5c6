"""Mappings: which columns and texts of an export are the fields of tickets."""

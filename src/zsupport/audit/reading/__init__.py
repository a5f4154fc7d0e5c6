"""Reading of rows: their cells as instants, cases and other fields of tickets and events."""

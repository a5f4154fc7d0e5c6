"""The cells of rows: instants, cases and other fields of tickets."""

"""The columns engine: whole columns of tickets with NumPy and Polars."""

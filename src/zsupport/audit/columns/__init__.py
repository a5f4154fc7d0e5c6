"""The columns engine: verdicts on whole columns of tickets, with NumPy and Polars."""

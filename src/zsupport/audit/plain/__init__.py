"""The plain engine, which defines the verdicts. It needs no optional dependency."""

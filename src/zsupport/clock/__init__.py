"""The clock: zones, instants, calendars and targets, and the arithmetic of working time."""

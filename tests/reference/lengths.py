"""The parts and the calendar days of targets."""


def parts_of(text: str) -> list[str]:
    """Return the parts of a target that is the later or the earlier of several targets."""
    return text.partition(" of ")[2].replace(" and ", ", ").split(", ")


def calendar_days(text: str) -> int | None:
    """Return the days of a target in calendar days; None for another target."""
    if text == "every week":
        return 7
    if text == "immediately":
        return 0
    number, unit, *_ = [*text.removeprefix("every ").split(" calendar "), ""]
    return int(number) * (7 if unit.startswith("week") else 1) if unit else None

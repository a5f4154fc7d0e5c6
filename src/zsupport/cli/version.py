"""`zsupport --version`: the versions that answers depend on."""

from __future__ import annotations

from zsupport.cli.output import emit, terminal_of
from zsupport.clock.zones import tzdata_version
from zsupport.sources.find import find, shipped_policies
from zsupport.version import FORMAT, VERSION


def show_version(format: str) -> int:
    """Print the versions; in JSON also the digest of each shipped policy file."""
    if format != "json":
        emit(f"zsupport {VERSION} (policy format {FORMAT}, tzdata {tzdata_version()})\n")
        return 0
    from zsupport.report.json import dumps

    document = {
        "schema": "zsupport.version/1",
        "program": VERSION,
        "format": FORMAT,
        "tzdata": tzdata_version(),
        "policies": [
            {"policy": name, "file": file.name, "digest": file.sha256}
            for name in shipped_policies()
            for file in find(name).files
        ],
    }
    emit(dumps(document, terminal_of("never")) + "\n")
    return 0

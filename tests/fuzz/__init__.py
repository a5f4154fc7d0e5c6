"""Tests of the program with random tests files, settings, cache entries and policies."""

import sys
from pathlib import Path

# `reference`, a package of the same folder, draws the policies.
if (_FOLDER := str(Path(__file__).parents[1])) not in sys.path:
    sys.path.append(_FOLDER)

"""Random tests files, settings, cache entries and policies: each run ends as it should."""

import sys
from pathlib import Path

# Policies are drawn by `reference`, a package of the same folder.
if (_BESIDE := str(Path(__file__).parents[1])) not in sys.path:
    sys.path.append(_BESIDE)

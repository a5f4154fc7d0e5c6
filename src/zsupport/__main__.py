"""`python -m zsupport`: the command line."""

from __future__ import annotations

from zsupport.cli import run

run()

"""`python -m zsupport`: the command line."""

from zsupport.cli import run

run()

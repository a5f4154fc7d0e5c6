"""The oracle: a slow and simple implementation of the clock, to test the program.

It follows the guides `deadlines`, `days`, `hours` and `holidays`, and shares no code with the
program:

- `clock` computes working time and deadlines minute by minute;
- `cases` makes random calendars and questions from a seed;
- `compare` compares the answers of the program and of `clock`.

`python -m tests.oracle COUNT [SEED]` compares any number of cases.
"""

"""The oracle: a slow and simple implementation of the clock definition, to test the program.

It is written from the definition and shares no code with the program:

- `clock` implements the definition, minute by minute;
- `cases` makes random calendars and questions from a seed;
- `compare` compares the answers of the program and of `clock`.

`python -m tests.oracle COUNT [SEED]` compares any number of cases.
"""

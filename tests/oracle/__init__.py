"""A second implementation of the clock definition, slow and plain, to test the program against.

It shares no code with the program and is written from the definition alone:

- `clock` is the definition, minute by minute;
- `cases` draws random calendars and questions from a seed;
- `compare` puts each question to the program and to `clock`.

`python -m tests.oracle COUNT [SEED]` compares any number of cases.
"""

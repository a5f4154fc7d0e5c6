"""A second, naive opinion on every answer, to test the program against.

It shares no code with the program and is written from the definition alone:

- `definition` decides what a policy says in a case;
- `draw` draws random policies from a seed;
- `compare` puts the same question to the program and to `definition`;
- `judge` and `claims` go through all cases of a policy, to test claims about all of them;
- `change` and `ranks` compare the answers of two policies, and those of plans, roles and
  priorities that rank above others.

`python -m tests.reference COUNT [SEED]` compares any number of cases.
"""

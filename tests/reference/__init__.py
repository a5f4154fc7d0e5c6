"""A simple second implementation of all answers, to compare the program with.

It shares no code with the program, and follows only the guides:

- `definition` answers for a case;
- `draw` draws random policies from a seed;
- `compare` compares the answers of the program with those of `definition`;
- `judge` and `claims` compute claims about all cases of a policy, such as "this rule is
  unreachable";
- `change` and `ranks` compare the answers of two policies, and those of higher and lower plans,
  roles and priorities.

`python -m tests.reference COUNT [SEED]` compares any number of cases.
"""

"""The customer's page of a policy: `content` builds it as a value, `html` and `markdown` write it.

The tables and the picker contain the answers of the program to all cases.
"""

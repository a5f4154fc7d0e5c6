"""Who gains and who loses from a change to a policy: compares answers, not texts.

Both policies answer all cases, and the answers are compared as values: allowed channels
with their prerequisites and hours; targets with their hours, conditions and commitment; the
priority of each set of facts. Wording is not compared.
"""

"""Who gains and who loses from a change to a policy, judged by answers and not by text.

Both policies are answered for all cases, and the answers are compared as values: allowed channels
with their prerequisites and hours; targets with their hours, conditions and commitment; the
priority of each set of facts. Wording is not judged.
"""

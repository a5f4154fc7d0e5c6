"""Compare the answers of two policies: who gains and who loses from a change.

Both policies answer all cases, and the answers are compared as values: allowed channels
with their prerequisites and hours; targets with their hours, conditions and commitment; the
priority of each set of facts. Changes of wording are listed, but not judged.
"""

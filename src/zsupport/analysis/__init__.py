"""Analysis over all cases of a policy: decisions, answers, and comparisons of targets.

The cases of a policy are finite, so the results cover every case. The answers for a single case
(`zsupport.answer`) define the correct results; tests compare both.
"""

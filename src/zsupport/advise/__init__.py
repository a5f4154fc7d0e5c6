"""Advice for one case: what to do, computed from the answers to all questions.

`advise` combines the answers, `missing` finds the dimensions that must be stated, and `change`
finds the smallest change of a case that makes a channel allowed.
"""

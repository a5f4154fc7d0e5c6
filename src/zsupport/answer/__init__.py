"""Compute the answers to a question from a revision of a policy, with the reasons.

This package does not read the time, a policy file or the environment, and does not print.
"""

"""The tests of a policy: their format, running them, their coverage, and mutation of the policy.

This package does not print, and it does not read the clock: a test names its moments, or callers
pass them.
"""

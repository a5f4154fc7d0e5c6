"""`check`: find errors in policies, by rules with stable codes.

A rule checks all cases of one policy file that the loader accepts, and yields problems with their
places. `zsupport.check.rules` lists the rules.
"""

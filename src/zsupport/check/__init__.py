"""`check`: whether a policy is complete and consistent, by rules with stable codes.

A rule looks at one policy file that the loader accepts, over all of its cases, and says what is
wrong where. The rules are listed in `zsupport.check.rules`.
"""

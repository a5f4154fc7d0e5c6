"""The tests of a policy: their format, running them, what they cover, and what they notice.

Nothing here prints, and nothing reads a clock: the moments of a test stand in its file, or are
given.
"""

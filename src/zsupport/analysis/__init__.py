"""Every case of a policy at once: what is decided where, and whether one answer is worse.

The cases of a policy are finite, so what is said here is said of all of them. The answers for a
single case (`zsupport.answer`) define what is right; this is the quick way to all of them, and
the tests hold the two together.
"""

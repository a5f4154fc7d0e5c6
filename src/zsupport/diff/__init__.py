"""What a change to a policy takes from whom, and what it gives: judged on answers, not on text.

Two policies are answered for all cases, and the answers compared as values: whether a channel is
allowed, what it requires and when it is open; what is promised, over which hours, on what
condition and how firmly; which priority facts lead to. Words are not judged.
"""

"""Answers: a question and a revision of a policy in, answers with their reasons out.

Nothing here reads a clock, a file or the environment, and nothing prints.
"""

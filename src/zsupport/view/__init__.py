"""Make the report of each kind of answers, and explain the answers."""

"""Views: what is shown of each kind of answer. Answers in, a report out."""

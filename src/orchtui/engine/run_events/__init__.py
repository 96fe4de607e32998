"""RunEvents: the one vocabulary of what happens in a run, with number and time, without secrets.

`events` is the union of all kinds; the rooms beside it have them by subject. Nothing here acts on
an event: that is the fold's, the journal's and the panes' work.
"""

"""Timing: what a run's time went to, what its order allows, and what time and money still hold.

`list_scheduling` knows the order alone; `time_use` and `time_report` read a Run, and `time_words`
says it for people; `shedding` decides by `experience` who is left out. Nothing here starts or ends
a task.
"""

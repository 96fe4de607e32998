"""Plan and IndependenceReport in, Schedule out: who, with what limits, in which order.

`schedule` puts it together. Everything in it is decided before anything runs, and nothing here
starts anything.
"""

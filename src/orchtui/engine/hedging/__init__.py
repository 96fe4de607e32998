"""Hedging: a second attempt at a straggler, beside the first; the first to finish stands.

The term is that of J. Dean and L. A. Barroso, "The Tail at Scale", Communications of the ACM 56(2),
2013; MapReduce calls it a backup task. This package never decides a verdict.
"""

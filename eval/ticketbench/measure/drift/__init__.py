"""What a log of decisions tells without labels, alone and against an evaluation.

In order: reference, cutoff, labels, log, distance, alarm, accuracy, against.
"""

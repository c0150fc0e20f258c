"""Labels where two rubric sets differ: what is kept between batches, sheets out, answers in.

In order: state, sheet, answers.
"""

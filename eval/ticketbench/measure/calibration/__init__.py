"""Do scores mean what they say? Errors by bin, curves with bands, temperature, tests.

In order: bins, corp, smooth_ece, ranking, cells, check.
"""

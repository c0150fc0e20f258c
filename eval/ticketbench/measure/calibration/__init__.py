"""Do scores mean what they say? Errors by bin, curves with bands, temperature, tests.

In order: bins, temperature, corp, smooth_ece, ranking, cells, check.
"""

"""The verbs of CI: bless a baseline, judge gates, assertions for test suites.

In order: assertions, baseline, sides, judge, plan, under_test.
"""

"""The verbs of CI: bless and pin a baseline, judge gates, assertions for test suites.

In order: assertions, ledger, baseline, pin, sides, rule_changes, rules, kept, judge, plan,
under_test.
"""

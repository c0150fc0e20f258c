"""The verbs of CI: bless and pin a baseline, judge gates and releases, assertions for test suites.

In order: assertions, ledger, baseline, pin, sides, rule_changes, rules, kept, parts, judge,
release, plan, under_test.
"""

"""Gates of tickets that lie in parts: judged on what was counted.

In order: sides, judge.
"""

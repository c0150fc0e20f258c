"""Into production and back: what a policy file is made of, and whether it still holds.

In order: prompts, gold, policy_words, policy_export, jev,
policy_check, policy_route.
"""

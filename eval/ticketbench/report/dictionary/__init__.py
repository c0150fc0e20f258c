"""What words and codes mean, for page, terminal and docs.

In order: glossary, codes, explain.
"""

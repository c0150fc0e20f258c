"""Classifiers trained on the same tickets, and how many labels they need.

In order: learning_curve, classifier.
"""

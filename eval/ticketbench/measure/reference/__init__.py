"""Reference values under the names of other libraries, for one table and for two.

In order: closed_form, fixed_sequence, of_one, of_two.
"""

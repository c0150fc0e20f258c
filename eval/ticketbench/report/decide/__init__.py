"""The upper layer of the page, for whoever decides: one file a part, shown by order.

In order: excerpts, view, terms, first_screen, controls, charts, worst_pairs, matrix, labels, pairs,
tickets, data.

Python renders every part at the recommended setting; the script (report/script/) only writes other
numbers, widths and classes into that markup, so the page is whole without it.
"""

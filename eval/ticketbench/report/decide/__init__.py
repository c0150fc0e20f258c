"""The upper layer of the page, for whoever decides: one file a part, shown by order.

In order: view, dots, curves, first_screen, controls, charts, matrix, worst_pairs, labels, pairs,
tickets, data.

Python renders every part at the recommended setting; the script (report/script/) only writes other
numbers, widths and classes into that markup, so the page is whole without it.
"""

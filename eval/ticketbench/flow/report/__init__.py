"""A report as a folder: its files written, read back, its pages made again.

In order: files, folder, page_again.
"""

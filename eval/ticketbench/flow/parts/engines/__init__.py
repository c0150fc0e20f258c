"""Engines that count parts, one file each: in this process, in several, and by dask.

In order: serial, processes, dask. None of them decides anything: any gives the same digits.
"""

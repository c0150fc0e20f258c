"""Exports of other tools as plain tickets: what a help desk or an annotation tool writes.

record      one ticket as an export says it, and what people answered about it
preset      how one tool's records are read, and how such a file is known
values      what stands where in a nested record, as text
json_values JSON one value after the other: lines, a list, or a page of an interface
raw         the records of an export of any form, one after the other
presets/    a file each: one tool
looks       which preset a file looks like
advice      what to say where an export comes in place of what was asked for
"""

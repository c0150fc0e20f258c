"""Answers that are kept: cache, recording, score matrices beside it; the guard before them. And
what was refused, apart.

In order: details, rows, stored_scores, memo, batch_writer, refusals, guard, cache_file,
open_batches, recording_line, parts, recording, cache.
"""

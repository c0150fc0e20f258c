"""Results as files and back: envelope and report folder, predictions, the baseline.

In order: upgrades, store, run_settings, forms, harness, ids, repeats, top_label, rows, by_column,
predictions, run_folder, ledger, baseline, baseline_file.
"""

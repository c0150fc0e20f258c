"""Results as files and back: envelope and report folder, predictions, the baseline.

In order: upgrades, store, forms, rows, predictions, run_folder, ledger, baseline, baseline_file.
"""

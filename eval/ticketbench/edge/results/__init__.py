"""Results as files and back: envelope and report folder, predictions, the baseline.

In order: upgrades, store, forms, harness, ids, repeats, top_label, rows, clean, predictions,
run_folder, ledger, baseline, baseline_file.
"""

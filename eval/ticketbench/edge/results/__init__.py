"""Results as files and back: envelope and report folder, predictions, the baseline.

In order: upgrades, store, rows, predictions, run_folder, ledger, baseline, baseline_file.
`forms/` before `rows`: predictions in the forms that people have.
"""

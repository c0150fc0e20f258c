"""Results as files and back: envelope and report folder, predictions, the baseline.

In order: store, predictions, run_folder, baseline, baseline_file.
"""

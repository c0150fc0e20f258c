"""What people write into their rubric files for lint."""

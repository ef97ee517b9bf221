"""What happens when the database, the mail server, the disk or the clock fails: docs/faults.md."""

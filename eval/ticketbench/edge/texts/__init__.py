"""What stands in a text beside what a customer wrote: markup, quoted replies, signatures."""

"""What runs in the background: workers, their child processes, the tasks in them."""

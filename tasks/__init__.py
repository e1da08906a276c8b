"""The Celery edge: workers, and the processes that run them."""

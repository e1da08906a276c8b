"""LitServe with a model that yields the time, as many times as its own test of streaming does.

Run by the bench in an environment that has LitServe: litserve_ticks.py PORT
"""

import sys
import time

import litserve


class Ticks(litserve.LitAPI):
    """Yields the time, over and over."""

    def setup(self, device):
        """Load nothing."""

    def decode_request(self, request):
        """Take how many, and the pause before each."""
        return request["count"], request["pause"]

    def predict(self, asked):
        """Yield the time."""
        count, pause = asked
        for _ in range(count):
            if pause:
                time.sleep(pause)
            yield time.time()

    def encode_response(self, output):
        """Wrap each in an object."""
        for item in output:
            yield {"output": item}


if __name__ == "__main__":
    server = litserve.LitServer(Ticks(stream=True), accelerator="cpu")
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False)

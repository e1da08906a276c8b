"""Origins: how many attempts are under way at each receiver, and who waits for a place."""

import threading
from collections import defaultdict, deque


class Origins:
    """Places at origins; a prediction that finds none is parked until one is free."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._busy: defaultdict[str, int] = defaultdict(int)
        self._parked: defaultdict[str, deque[str]] = defaultdict(deque)
        self._lock = threading.Lock()

    def enter(self, origin: str, prediction_id: str) -> bool:
        """Take a place; False where all are taken and the prediction was parked."""
        with self._lock:
            if self._busy[origin] < self._limit:
                self._busy[origin] += 1
                return True
            self._parked[origin].append(prediction_id)
            return False

    def leave(self, origin: str) -> str | None:
        """Free a place; the prediction that may come next, if one is parked."""
        with self._lock:
            self._busy[origin] -= 1
            parked = self._parked[origin].popleft() if self._parked[origin] else None
            if not self._busy[origin]:
                del self._busy[origin]
            if not self._parked[origin]:
                del self._parked[origin]
            return parked

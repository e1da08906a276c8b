"""Origins: how many attempts are under way at each receiver, and who waits for a place."""

import threading
from collections import OrderedDict, defaultdict


class Origins:
    """Places at origins; a prediction that finds none is parked, once, until one is free."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._busy: defaultdict[str, int] = defaultdict(int)
        self._parked: defaultdict[str, OrderedDict[str, None]] = defaultdict(OrderedDict)
        self._lock = threading.Lock()

    def enter(self, origin: str, prediction_id: str) -> bool:
        """Take a place; False where all are taken and the prediction was parked."""
        with self._lock:
            parked = self._parked[origin]
            if self._busy[origin] < self._limit:
                self._busy[origin] += 1
                parked.pop(prediction_id, None)
                return True
            parked.setdefault(prediction_id)
            return False

    def leave(self, origin: str) -> str | None:
        """Free a place; the prediction that may come next, if one is parked."""
        with self._lock:
            self._busy[origin] -= 1
            parked = self._parked[origin]
            following = parked.popitem(last=False)[0] if parked else None
            if not self._busy[origin]:
                del self._busy[origin]
            if not parked:
                del self._parked[origin]
            return following

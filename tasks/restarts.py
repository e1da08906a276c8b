"""When a process that died is started again: at once if it was steady, else later and later."""

from dataclasses import dataclass

STEADY_SECONDS = 5  # who lived this long did not die of its start
LONGEST_INTERVAL_SECONDS = 15


def interval_after(deaths: int) -> float:
    """Seconds between the starts of what died this often in a row soon after its start."""
    return min(2.0 ** (deaths - 1), LONGEST_INTERVAL_SECONDS) if deaths else 0.0


@dataclass
class Life:
    """How one process has fared so far."""

    due: float | None = 0.0
    """When it is started next, by the monotonic clock; None while it runs."""
    started: float = 0.0
    deaths: int = 0

    def begin(self, now: float) -> None:
        """Note a start."""
        self.started, self.due = now, None

    def end(self, now: float) -> float:
        """Note a death; the pause until the next start."""
        self.deaths = self.deaths + 1 if now - self.started < STEADY_SECONDS else 0
        self.due = max(now, self.started + interval_after(self.deaths))
        return self.due - now

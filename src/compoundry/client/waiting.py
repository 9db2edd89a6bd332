"""Pace the questions to a run that has not ended yet."""

from dataclasses import dataclass

LONG_POLL_S = 20.0
PATIENCE_S = 60.0
_FIRST_S, _GROWTH, _LONGEST_S = 0.1, 1.5, 2.0
_HEARD_S = 0.5


@dataclass(frozen=True, slots=True)
class Pace:
    """Know how long to ask a server to wait, and how long to wait here when it doesn't."""

    pause_s: float = _FIRST_S
    lost_s: float = 0.0

    def ask_s(self, left_s: float, *, reports: bool) -> float:
        """Return for how long the server may hold the next answer back; shortly when progress is wanted."""
        return round(max(0.0, min(1.0 if reports else LONG_POLL_S, left_s)), 2)

    def rest_s(self, *, asked_s: float, took_s: float, left_s: float) -> float:
        """Return how long to wait here: not at all when the server has waited, as ours does."""
        if asked_s > 0 and took_s >= asked_s * _HEARD_S:
            return 0.0
        return max(0.0, min(self.pause_s, left_s))

    def slower(self) -> "Pace":
        """Ask less often from now on."""
        return Pace(min(_LONGEST_S, self.pause_s * _GROWTH))

    def lost(self, took_s: float) -> "Pace | None":
        """Go on although the server can't be reached; None when it couldn't for a minute."""
        lost_s = self.lost_s + max(took_s, self.pause_s)
        return None if lost_s > PATIENCE_S else Pace(min(_LONGEST_S, self.pause_s * _GROWTH), lost_s)

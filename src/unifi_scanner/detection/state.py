"""What somebody at work knows by now, apart from what it was made with: to be put away, and taken up again. Pure."""

from __future__ import annotations

from typing import Any

State = dict[str, Any]


def state_of(worker: object) -> State:
    """Return what `worker` knows by now: its attributes but for those its class calls `MADE_WITH`."""
    made_with = getattr(type(worker), "MADE_WITH", ())
    return {name: value for name, value in vars(worker).items() if name not in made_with}


def take_up(worker: object, state: State) -> None:
    """Have a `worker` that was made alike, and saw nothing yet, know what `state_of` told."""
    vars(worker).update(state)

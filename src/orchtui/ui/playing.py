"""Replay on the screen: what its keys and the scrubber do, and the run that is seen meanwhile.

The player is told the time by the screen's one timer, and nothing else moves it but a person. This
module opens no journal, and never changes a run.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from orchtui.engine.errors import StorageError
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line
from orchtui.ui.bars.scrubber import Scrubber, Stand
from orchtui.ui.keys import keymap
from orchtui.ui.timeline.timeline_view import Played
from orchtui.ui.ways import Ways

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.replay.markers import Marker, MarkerKind
    from orchtui.engine.replay.player import Player

Where = Literal["start", "end", "task-start", "task-end"]

_SMALL = 1 / 50
"""Of the whole: a step along the scrubber."""
_TROUBLE: "tuple[MarkerKind, ...]" = ("failure", "retry", "race")
_SIGNS = {
    "start": "╷ began",
    "end": "✓ ended",
    "failure": "✗ failed",
    "retry": "↻ is tried again",
    "race": "! met another one",
    "question": "? asked",
    "session": "║ the run went on",
    "finish": "■ the run ended",
}
_OF_REPLAY = frozenset(
    keymap_key.action.partition("(")[0].removeprefix("screen.")
    for keymap_key in keymap.TABLE["replay"]
)


class Playing(Ways):
    """All panes, and a replay in those of the run."""

    # A class that names a key hides what the classes above have it for: escape is in both.
    BINDINGS: ClassVar[list[BindingType]] = [
        *keymap.bindings("zoomed"),
        *keymap.bindings("replay"),
    ]

    class Broke(Message):
        """The journal is not what it was: there is nothing to replay any more."""

        def __init__(self, error: StorageError) -> None:
            super().__init__()
            self.error = error

    clock: Callable[[], float] = staticmethod(time.monotonic)
    """Seconds, of any beginning: what a replay is played by."""
    player: "Player | None" = None
    """What is replayed."""
    _sought: float | None = None
    """Where the mouse wants to go, as a part of the whole."""

    @property
    def replaying(self) -> bool:
        """Whether what is shown of a run is a replay."""
        return self.player is not None

    def exchange_run(self, run: Run) -> None:
        """Show the same run as it stood at another moment."""
        raise NotImplementedError

    def end_replay(self) -> None:
        """Back to the run at its end."""
        raise NotImplementedError

    def repaint_now(self) -> None:
        """Bring what changed to the screen, and not a beat later."""
        raise NotImplementedError

    def offered(self, key_id: str) -> bool:
        """In a replay none is offered."""
        return not (self.replaying and key_id.endswith(".replay")) and super().offered(key_id)

    # Time

    def load(self, player: "Player | None") -> None:
        """Replay from now on, or no more."""
        self.player, self._sought = player, None
        if player is not None:
            recording = player.recording
            marks = [(marker.kind, marker.position) for marker in recording.markers]
            self.scrubber.show_marks(marks)
        self.set_class(player is not None, "-replay")
        self._lay_out()
        self.refresh_bindings()

    def tick(self) -> None:
        """Let the time pass that has passed."""
        player = self.player
        if player is None or not player.playing:
            return
        try:
            player.advance(self.clock())
        except StorageError as error:
            self.post_message(self.Broke(error))
        self.scrubber.tell("")
        self._moved(player)

    def played(self) -> Played | None:
        """Where the replay is, for a drawing along time."""
        if (player := self.player) is None:
            return None
        recording = player.recording
        return Played(recording.axis, player.position, recording.length)

    def show_stand(self) -> None:
        """Bring the scrubber up to where the replay is."""
        if (player := self.player) is not None:
            recording = player.recording
            self.scrubber.show(
                Stand(
                    position=player.position,
                    length=recording.length,
                    index=player.index,
                    count=recording.count,
                    speed=player.speed,
                    playing=player.playing,
                )
            )

    def _moved(self, player: "Player") -> None:
        self.dirty = True
        if self.run_shown is not player.run:
            self.exchange_run(player.run)

    def _go(self, go: "Callable[[Player], Marker | None]") -> None:
        """Go somewhere, and show it at once; a marker's task is picked."""
        if (player := self.player) is None:
            return
        try:
            marker = go(player)
        except StorageError as error:
            self.post_message(self.Broke(error))
            return
        self._moved(player)
        self.scrubber.tell("")
        if marker is not None:
            player.pause()  # it is to be looked at
            task = player.run.tasks.get(marker.task)
            label = clean_line(task.task.label, 60) if task is not None else ""
            self.scrubber.tell(f"{_SIGNS[marker.kind]} {label}")
            self.timeline.rows.pick_task(marker.task)
        self.repaint_now()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What a replay has keys for is for the panes of the run, while there is one."""
        if action not in _OF_REPLAY:
            return super().check_action(action, parameters)
        if self.player is None or self.view not in ("timeline", "output"):
            return False
        if isinstance(self.focused, Input):
            return False
        if action == "end_replay":  # from the output escape leads to the timeline first
            return self.view == "timeline" and not self.zoomed and not self._search.is_open
        # The arrows alone lead to another task there.
        return not (
            action == "scrub" and self.view == "output" and abs(int(str(parameters[0]))) == 1
        )

    def action_play(self) -> None:
        """Play, or pause."""

        def toggle(player: "Player") -> None:
            if player.playing:
                player.pause()
            else:
                player.play()
                player.advance(self.clock())  # from this moment on

        self._go(toggle)

    def action_step_event(self, count: int) -> None:
        def step(player: "Player") -> None:
            player.step(count)

        self._go(step)

    def action_scrub(self, steps: int) -> None:
        def scrub(player: "Player") -> None:
            player.to_fraction(min(max(0.0, player.fraction + steps * _SMALL), 1.0))

        self._go(scrub)

    def action_change_speed(self, steps: int) -> None:
        def change(player: "Player") -> None:
            if steps > 0:
                player.faster()
            else:
                player.slower()

        self._go(change)

    def action_go_to_place(self, where: Where) -> None:
        picked = self.timeline.rows.picked or ""

        def go(player: "Player") -> "Marker | None":
            match where:
                case "start":
                    player.to_start()
                case "end":
                    player.to_end()
                case "task-start":
                    return self._found(player.to_task_start(picked), "It never began")
                case "task-end":
                    return self._found(player.to_task_end(picked), "It never ended")
            return None

        self._go(go)

    def action_go_to_trouble(self, steps: int) -> None:
        def go(player: "Player") -> "Marker | None":
            to = player.to_next if steps > 0 else player.to_previous
            side = "after" if steps > 0 else "before"
            return self._found(to(_TROUBLE), f"Nothing failed {side} this moment")

        self._go(go)

    def action_go_to_marker(self, steps: int) -> None:
        def go(player: "Player") -> "Marker | None":
            to = player.to_next if steps > 0 else player.to_previous
            side = "ends after" if steps > 0 else "began before"
            return self._found(to(), f"Nothing begins or {side} this moment")

        self._go(go)

    def action_end_replay(self) -> None:
        self.end_replay()

    def _found(self, marker: "Marker | None", otherwise: str) -> "Marker | None":
        """What was gone to; where there was nothing, that is said."""
        if marker is None:
            self.app.notify(otherwise, severity="warning", markup=False)
        return marker

    # The mouse

    @on(Scrubber.Toggled)
    def _toggled(self) -> None:
        self.action_play()

    @on(Scrubber.Sought)
    def _seek(self, event: Scrubber.Sought) -> None:
        """Of all places that a drag went over meanwhile, only the last one is gone to."""
        waiting, self._sought = self._sought is not None, event.fraction
        if not waiting:
            self.call_later(self._go_there)

    def _go_there(self) -> None:
        fraction, self._sought = self._sought, None

        def seek(player: "Player") -> None:
            player.to_fraction(fraction or 0.0)

        self._go(seek)

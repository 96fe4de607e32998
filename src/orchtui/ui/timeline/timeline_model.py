"""RowModel: which rows the timeline has, which are folded away, and which one is picked.

What it knows of a run is made anew only when its tasks change, so that asking
costs nothing for each repaint. This module never draws.
"""

from collections import Counter
from collections.abc import Mapping

from orchtui.engine.run_events.events import AGGREGATE
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import cells_of
from orchtui.ui.timeline.timeline_groups import Group, Grouping, Row, grouped, rows, usual_of
from orchtui.ui.timeline.timeline_words import badges_of, rows_of


class RowModel:
    """The rows of one run.

    Args:
        run: Whose; `None` for no rows.
        picked: Id of the task to begin at; the first one otherwise.
    """

    def __init__(self, run: Run | None = None, picked: str | None = None) -> None:
        self._run = run
        self._folded: frozenset[str] = frozenset()
        self._groups: list[Group] = []
        self._places: dict[str, int] = {}
        self._raced: Counter[str] = Counter()
        self._races_counted = 0
        self.rows: list[Row] = []
        self.tasks: Mapping[str, TaskRun] = {}
        """Of every task, and of the result once there is one, by id."""
        self.badges: Mapping[str, str] = {}
        """What stands before the tasks that are rehearsed, where others are not."""
        self.instance = 0
        """Cells of the longest name of a specialist."""
        self._label = 0
        self._grouped: dict[Grouping, list[Group]] = {}
        """What the run can be grouped by, and how: looked for once, it goes over all tasks."""
        self.grouping: Grouping = "none"
        self.cursor = picked or ""
        """Key of the picked row."""
        if run is not None:
            self._grouped = grouped(run.schedule)
            self.grouping = usual_of(run, self._grouped)
            self._take(run)

    def follow(self) -> None:
        """Take in what has changed in the run."""
        if (run := self._run) is None:
            return
        shown = {task.id: task for task in rows_of(run)}
        if shown.keys() != self.tasks.keys():
            if shown.keys() - {AGGREGATE} != self.tasks.keys() - {AGGREGATE}:
                self._grouped = grouped(run.schedule)
            self._take(run)
        else:
            self.tasks = shown
        for race in run.races[self._races_counted :]:
            self._raced.update({race.task, race.other})
        self._races_counted = len(run.races)

    def exchange(self, run: Run) -> None:
        """Go on with the same run as it stood at another moment; what is folded stays folded."""
        self._run = run
        self._raced, self._races_counted = Counter(), 0
        self.follow()

    def _take(self, run: Run) -> None:
        self.tasks = {task.id: task for task in rows_of(run)}
        self._groups = self._grouped.get(self.grouping, [])
        self.badges = badges_of(run)
        every = [task.task for task in self.tasks.values()]
        self.instance = max((cells_of(task.instance) for task in every), default=0)
        # The result comes when all is over: the columns are not to move for its title then.
        tasks = [task for task in every if task.id != AGGREGATE]
        self._label = max((cells_of(task.label) for task in tasks), default=0)
        self._lay()

    def _lay(self) -> None:
        self.rows = rows(self.tasks, self._groups, self._folded)
        self._places = {row.key: place for place, row in enumerate(self.rows)}
        if self.cursor not in self._places:
            self.cursor = next((row.key for row in self.rows if row.can_be_picked), "")

    @property
    def raced(self) -> Mapping[str, int]:
        """How many races each task took part in."""
        return self._raced

    @property
    def title(self) -> int:
        """Cells of the longest title."""
        return self._label + 2 * bool(self._groups)

    @property
    def marks(self) -> int:
        """Cells of everything that may stand before a title."""
        refused = any(attempt.refused for task in self.tasks.values() for attempt in task.attempts)
        marks = (len(looks.RACE) + 1) * bool(self._raced) + 4 * refused
        return marks + max((len(words) + 1 for words in self.badges.values()), default=0)

    # What is picked

    @property
    def picked(self) -> str | None:
        """Id of the picked task; `None` on a folded group."""
        return self.cursor if self.cursor in self.tasks else None

    @property
    def picked_group(self) -> Group | None:
        """The folded group that is picked."""
        return self.rows[self.place].group if self.rows else None

    @property
    def place(self) -> int:
        """Where the picked row stands."""
        return self._places.get(self.cursor, 0)

    def pick(self, place: int, steps: int = 0) -> bool:
        """Pick a row, or the nearest one that can be; whether that is another one.

        Args:
            place: Where it stands; taken into the bounds.
            steps: Below 0 for somebody who comes from below.
        """
        if not self.rows:
            return False
        place = min(max(place, 0), len(self.rows) - 1)
        before = range(place, -1, -1)
        after = range(place, len(self.rows))
        ways = (*before, *after) if steps < 0 else (*after, *before)
        key = next((self.rows[at].key for at in ways if self.rows[at].can_be_picked), "")
        changed, self.cursor = key != self.cursor, key
        return changed

    def pick_task(self, task_id: str) -> bool:
        """Pick a task, also one that is folded away; whether that is another row."""
        before = self.cursor
        if task_id in self.tasks:
            hidden = task_id not in self._places
            group = next((group for group in self._groups if task_id in group.tasks), None)
            if hidden and group is not None:
                self.fold(group.key)
            self.cursor = task_id
        return self.cursor != before

    def words(self) -> list[str]:
        """What of each row is searched; of a folded group, what is in it."""
        return [self._words(row) for row in self.rows]

    def _words(self, row: Row) -> str:
        if row.group is None:
            return _searched(self.tasks[row.key])
        inside = [_searched(self.tasks[key]) for key in row.group.tasks] if row.folded else []
        return " ".join([row.group.name, *inside]) if row.can_be_picked else ""

    # Groups

    def fold(self, key: str = "") -> bool:
        """Fold a group away, or open it; whether there was one.

        Args:
            key: Of the group; that of the picked row where nothing is said.
        """
        row = self.rows[self.place] if self.rows else None
        if not key and row is not None:
            key = row.key if row.group is not None else row.inside
        group = next((group for group in self._groups if group.key == key), None)
        if group is None:
            return False
        self._folded ^= {key}
        if key in self._folded and self.cursor in group.tasks:
            self.cursor = key
        elif key not in self._folded and self.cursor == key:
            self.cursor = group.tasks[0]
        self._lay()
        return True

    def fold_all(self) -> bool:
        """Fold all groups away, or open them if all are; whether there are any."""
        keys = frozenset(group.key for group in self._groups)
        opened = self._folded >= keys
        for key in keys if opened else keys - self._folded:
            self.fold(key)
        return bool(keys)

    def regroup(self) -> Grouping | None:
        """Group by the next thing that a run can be grouped by; `None` where there is nothing."""
        if self._run is None:
            return None
        can = list(self._grouped)
        if len(can) < 2:
            return None
        if (group := self.picked_group) is not None:
            self.cursor = group.tasks[0]
        at = can.index(self.grouping) if self.grouping in can else -1
        self.grouping, self._folded = can[(at + 1) % len(can)], frozenset()
        self._take(self._run)
        return self.grouping


def _searched(row: TaskRun) -> str:
    task = row.task
    return f"{row.id} {task.label} {task.instance} {looks.WORDS[row.status]} {row.why}"

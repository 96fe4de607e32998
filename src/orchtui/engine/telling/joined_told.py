"""What is told of how results were joined: the reduction, what a synthesis lacks, what was seen.

Sections and lines of markdown that more than one place says. This module never looks at
a result.
"""

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.costs import NOTHING, Cost
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Run
from orchtui.engine.texts.durations import show_duration

_MOST_PARTS = 20
"""Parts that are told one by one."""


def reduced_line(run: Run) -> str:
    """`The results were too long …`; empty where they were not reduced."""
    parts = [part for part in run.reduced if not part.problem]
    if not parts or run.aggregated is None or run.aggregated.strategy != "synthesize":
        return ""
    first = [part for part in parts if part.round == 1]
    characters = sum(part.characters for part in first)
    rounds = max(part.round for part in parts)
    how = f"in {len(first)} parts" if len(first) != 1 else "in 1 part"
    again = f", and these again, {rounds} rounds in all" if rounds > 1 else ""
    return (
        f"the results, {characters:,} characters, were too long to be read at once. They were "
        f"summarized {how} first{again}; the synthesis was made from the summaries."
    )


def joined_again_words(asked: ev.AggregationAsked) -> str:
    """`as collect at 2026-01-15T10:00:00Z, asked for by hand after the end of the run`."""
    model = f", {inline(asked.model)}" if asked.model else ""
    who = f" ({inline(asked.backend)}{model})" if asked.backend else ""
    when = f"{asked.at[:19]}Z"
    return f"as {inline(asked.strategy)}{who} at {when}, by hand, after the end of the run"


def reduction_words(begun: ev.ReductionBegun) -> str:
    """`the results are too long to be read at once (300,000 characters): summarized in 2 parts`."""
    if begun.round > 1:
        what = f"the summaries are still too long ({begun.characters:,} characters)"
        return f"{what}: summarized again in {begun.parts} parts"
    what = f"the results are too long to be read at once ({begun.characters:,} characters)"
    return f"{what}: summarized in {begun.parts} part{'' if begun.parts == 1 else 's'}"


def part_words(part: ev.PartReduced) -> str:
    """`part 2 of 7: 30,000 characters summarized`, or why not."""
    what = part.problem or f"{part.characters:,} characters summarized"
    return f"part {part.part} of {part.parts}: {what}"


def stopped_words(stopped: ev.AggregationStopped) -> str:
    """`synthesize (anthropic, m) was stopped after 12.0s; 1,200 tokens, cost $0.02`."""
    model = f", {inline(stopped.model)}" if stopped.model else ""
    who = f" ({inline(stopped.backend)}{model})" if stopped.backend else ""
    used = [f"{stopped.parts} parts summarized"] if stopped.parts else []
    cost = Cost(stopped.cost_at_least, stopped.cost)
    used += [f"{stopped.usage.total:,} tokens"] if stopped.usage.total else []
    used += [f"cost {cost}"] if cost != NOTHING else []
    told = f"; {', '.join(used)}" if used else ""
    return (
        f"{inline(stopped.strategy)}{who} was stopped after {show_duration(stopped.took_s)}{told}"
    )


def reduced_parts(run: Run) -> list[str]:
    """Each part, in order: what it is made of, how much was left of it, and what that took."""
    parts = sorted(run.reduced, key=lambda part: (part.round, part.part))
    lines = [f"- {_part(run, part)}" for part in parts[:_MOST_PARTS]]
    if len(parts) > _MOST_PARTS:
        lines.append(f"- and {len(parts) - _MOST_PARTS} more")
    return lines


def _part(run: Run, part: ev.PartReduced) -> str:
    names = dict.fromkeys(_label(run, one.task) for one in part.covers)
    shown = list(names)[:8] + ([f"and {len(names) - 8} more"] if len(names) > 8 else [])
    which = f"Part {part.part} of {part.parts}" + (
        f", round {part.round}" if part.round > 1 else ""
    )
    if part.problem:
        return f"{which} ({', '.join(shown)}): no summary, {inline(part.problem)}"
    by = f"{part.backend}, {inline(part.model)}" if part.model else part.backend
    tokens = f", {part.usage.output} tokens" if part.usage.output else ""
    left = f"{part.characters:,} characters became {len(part.text):,}"
    return f"{which} ({', '.join(shown)}): {left} ({by}{tokens})"


def part_file(run: Run, part: ev.PartReduced) -> str:
    """The file of one part's summary."""
    lines = [f"# Part {part.part} of {part.parts}", "", f"> {_part(run, part)} · run {run.id}", ""]
    return "\n".join([*lines, part.text or "*(no summary)*", ""])


def part_name(run: Run, part: ev.PartReduced) -> str:
    """The name of that file in the run folder; a later synthesis' parts have the number of theirs.

    Args:
        run: With that part.
        part: The part.
    """
    return f"parallel-synthesis-part-{run.reductions.index(part) + 1}.md"


def problem_lines(run: Run) -> list[str]:
    """Lines of a quote: what a reader has to know of a synthesis that stands."""
    if run.aggregated is None:
        return []
    return [
        line for problem in run.aggregated.problems for line in (">", f"> NOTE: {inline(problem)}.")
    ]


def seen_section(run: Run) -> list[str]:
    """Where results say the same, and where they seem to contradict each other."""
    if run.aggregated is None:
        return []
    seen = run.aggregated.seen
    lines: list[str] = []
    if seen.contradictions:
        lines += ["## Possible Contradictions", ""]
        lines += ["> A guess, made by rules and without a model. Nothing was decided by it.", ""]
        for odds in seen.contradictions:
            lines += _quotes(run, odds.tasks, odds.quotes, f": {inline(odds.why)}")
        lines += _more(seen.more_contradictions)
    if seen.overlaps:
        lines += ["## Said More Than Once", ""]
        for same in seen.overlaps:
            also = f", and {same.more} more sentences" if same.more > 1 else ""
            also = ", and 1 more sentence" if same.more == 1 else also
            lines += _quotes(run, same.tasks, same.quotes, also)
        lines += _more(seen.more_overlaps)
    if lines and seen.left_out:
        lines += [f"> Not all was looked at: {inline(seen.left_out)}.", ""]
    return lines


def _quotes(run: Run, tasks: tuple[str, str], quotes: tuple[str, str], after: str) -> list[str]:
    one, other = (_label(run, task) for task in tasks)
    lines = [f"- {one} and {other}{after}"]
    if quotes[0] == quotes[1]:
        return [*lines, f"  - “{inline(quotes[0])}”", ""]
    return [
        *lines,
        *(
            f"  - {name}: “{inline(quote)}”"
            for name, quote in zip((one, other), quotes, strict=True)
        ),
        "",
    ]


def _more(count: int) -> list[str]:
    return [f"And {count} more.", ""] if count else []


def _label(run: Run, task_id: str) -> str:
    task = run.tasks.get(task_id)
    return inline(task.task.label if task is not None else task_id)

"""`orchtui check`: the independence report of plans or of a request, for people or as JSON.

Standard output gets the report and nothing else; what a person should know
beside it goes to standard error. With `--ask` a model is asked too.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from orchtui.cli import ending
from orchtui.cli.as_json import json_text
from orchtui.cli.options import (
    STDIN,
    Duration,
    errors_as_json,
    make_project,
    read_plan,
    read_stdin,
    working_folder,
)
from orchtui.cli.waiting_told import waiting
from orchtui.engine.text import clean, clean_line

if TYPE_CHECKING:
    from orchtui.engine.consulting.second_opinion import Opinion
    from orchtui.engine.independence import Evidence, IndependenceReport
    from orchtui.engine.plans.plan import Plan
    from orchtui.engine.plans.plan_places import PlanText
    from orchtui.engine.sessions.project import Project

_WIDTH = 100
"""Cells of a line where standard output is no terminal."""


def _explain(context: click.Context, _: click.Parameter, kind: str | None) -> None:
    """Say what a kind of finding is, and end."""
    if kind is None:
        return
    from orchtui.cli.check_text import MEANINGS

    meaning = next((words for name, words in MEANINGS.items() if name == kind), None)
    if meaning is None:
        raise click.BadParameter(f"there is no '{kind}'; there are {', '.join(MEANINGS)}")
    click.echo(f"{kind}: {meaning}")
    context.exit()


@click.command("check")
@click.argument("plans", metavar="[PLAN]…", nargs=-1)
@click.option("--request", help="the request in plain words, instead of a plan file")
@click.option("--json", "as_json", is_flag=True, help="the report as one JSON object")
@click.option("--strict", is_flag=True, help="exit with 1 also when the report is unsure")
@click.option("--ask", is_flag=True, help="ask a model too; it may add findings, as guesses")
@click.option("--backend", help="check for a run with this backend; with --ask it is asked")
@click.option("--model", help="with --ask: opus, sonnet, haiku, or the full id of a model")
@click.option("--trust", is_flag=True, help="with --ask: use the server or program all the same")
@click.option("--timeout", type=Duration(), help="with --ask: for the answer  [default: 60s]")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="a configuration file instead of the project's and the user's orchtui.yaml",
)
@click.option(
    "--explain",
    metavar="KIND",
    expose_value=False,
    is_eager=True,
    callback=_explain,
    help="say what a kind of finding is, such as dependency",
)
def command(
    plans: tuple[str, ...],
    request: str | None,
    as_json: bool,
    strict: bool,
    ask: bool,
    trust: bool,
    timeout: float | None,
    **choices: Any,
) -> int:
    """Say which tasks of PLAN (a file, or - for standard input) are independent, and why.

    Several files are checked one after the other; the exit code is the worst. With --json each
    has a line of its own then, with its name under "file".

    Exit codes: 0 not dependent, 1 dependent (with --strict also unsure), 2 bad input.
    """
    from orchtui.engine.errors import InputError

    if (request is None) == (not plans):
        raise click.UsageError("give either plan files (or -) or --request TEXT")
    only_asking = {"timeout": timeout is not None, "model": choices["model"], "trust": trust}
    if not ask and (ignored := [name for name, said in only_asking.items() if said]):
        raise click.UsageError(f"--{ignored[0]} is only for --ask")
    project = make_project(out=Path("artifacts"), **choices)
    asking = _Asking(timeout, trust) if ask else None
    several = len(plans) > 1
    codes = []
    for place, source in enumerate(plans or (None,)):
        if several and not as_json:
            click.echo(f"{'' if place == 0 else chr(10)}{clean_line(str(source))}")
        try:
            checked = _check(source, request, project, asking)
        except InputError as error:
            if not several:
                raise
            click.echo(errors_as_json(error) if as_json else clean(str(error)), err=not as_json)
            codes.append(2)
            continue
        if as_json:
            click.echo(checked.as_json(named=several))
        else:
            checked.print()
        bad = ("dependent", "unsure") if strict else ("dependent",)
        codes.append(1 if checked.report.verdict in bad else 0)
    return max(codes)


class _Asking(NamedTuple):
    """How a model is asked."""

    timeout: float | None
    """Seconds for the answer."""
    trust: bool
    """Whether what the project names may be used."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """One plan and its report."""

    plan: "Plan"
    report: "IndependenceReport"
    text: "PlanText | None"
    """What the plan was read from, when it was YAML."""
    without_file: dict[str, list[str]]
    """Specialists without an agent file, and their tasks."""
    notes: tuple[str, ...]

    def as_json(self, *, named: bool) -> str:
        """The report on one line; with the file's name when there are several."""
        import msgspec

        report = msgspec.to_builtins(self.report)
        report["without_agent_file"] = self.without_file
        if named and self.text is not None:
            report = {"file": self.text.file, **report}
        return json_text(report)

    def print(self) -> None:
        """The report for people."""
        from orchtui.cli.check_text import Paint, lines

        terminal = sys.stdout.isatty()
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        report = lines(
            self.plan,
            self.report,
            hindrances=list(_hindrances(self.plan)),
            locate=self._places(),
            width=shutil.get_terminal_size((_WIDTH, 24)).columns if terminal else _WIDTH,
            paint=Paint(terminal and not plain),
            notes=self.notes,
        )
        click.echo("\n".join(report))

    def _places(self) -> "Callable[[Evidence], str | None]":
        """What finds words in the file; a request has no file."""
        from orchtui.cli.check_text import field_text

        text = self.text
        tasks = {task.id: (position, task) for position, task in enumerate(self.plan.tasks)}

        def find(words: "Evidence") -> str | None:
            if text is None or words.task not in tasks:
                return None
            position, task = tasks[words.task]
            value = field_text(task, words.field)
            place = text.place(position, words.field, value, words.start)
            return f"{text.file}:{place.line}:{place.column}" if place else None

        return find


def _check(
    source: str | None, request: str | None, project: "Project", asking: "_Asking | None"
) -> _Checked:
    """Read, judge, and ask the model where that is wanted.

    Raises:
        InputError: with all that is wrong with the plan.
        NoBackendError: when there is no model to ask.
    """
    with waiting("checking which tasks are independent"):
        plan, text = _read(source, request, project.defaults.max_tasks)
        report = project.check(plan)
    if asking is not None:
        name = text.file if text is not None else "orchtui"
        report = _second_opinion(project, plan, report, asking, name)
    unknown = project.without_file(plan)
    notes = (
        f"there is no agent file for '{name}' ({', '.join(tasks)}), which runs without "
        f"instructions of its own{project.meant(name)}"
        for name, tasks in unknown.items()
    )
    return _Checked(plan, report, text, unknown, tuple(notes))


def _read(
    source: str | None, request: str | None, most: int | None
) -> "tuple[Plan, PlanText | None]":
    from orchtui.engine.plan_files.plan_file import parse_placed
    from orchtui.engine.texts.input_file import file_name, read_text

    if source is None:
        return read_plan(None, request, working_folder(), most), None
    # Read once: the places are those of the text that was judged.
    if source == "-":
        text, file = read_stdin(), STDIN
    else:
        text, file = read_text(Path(source)), file_name(Path(source))
    return parse_placed(text, file, working_folder(), most)


def _hindrances(plan: "Plan") -> Iterator[str]:
    """What `run` would refuse."""
    from orchtui.engine.errors import InputError
    from orchtui.engine.plans.hindrances import refuse

    try:
        refuse(plan)
    except InputError as error:
        for problem in error.problems:
            yield problem.message


# The model


def _second_opinion(
    project: "Project",
    plan: "Plan",
    report: "IndependenceReport",
    asking: "_Asking",
    name: str,
) -> "IndependenceReport":
    """The report with a model's findings; what was asked, used and ignored is told beside it."""
    from orchtui.engine.consulting.second_opinion import TIMEOUT, with_opinion

    backend, _ = project.opinion_backend(plan)
    if asking.trust:
        project.trust.trust(project.untrusted_opinion(plan), project.folder)
    opinion = ending.run(_ask(project, plan, asking.timeout or TIMEOUT))
    more = with_opinion(plan, report, opinion)
    new = sum(finding.source == "model" for finding in more.findings)
    click.echo(f"{name}: {_told(backend, opinion, new)}", err=True)
    for problem in opinion.problems:
        click.echo(f"{name}: second opinion: {clean_line(problem)}", err=True)
    return more


async def _ask(project: "Project", plan: "Plan", limit: float) -> "Opinion":
    try:
        return await project.second_opinion(plan, limit=limit)
    finally:
        await project.close()


def _told(backend: str, opinion: "Opinion", new: int) -> str:
    """Who was asked, what it used, and what came of it."""
    who = f"{backend}, {opinion.model}" if opinion.model else backend
    used = opinion.usage
    tokens = f"{used.total - used.output:,} tokens in, {used.output:,} out"
    count = len(opinion.findings)
    found = f"{count:,} finding{'' if count == 1 else 's'}, {new:,} of them new"
    return f"second opinion of {who}: {found}; {tokens}"

"""A request without a list: its sentences, their clauses, and what each enumerates.

A sentence that no frame splits is one task in its own words. This module never
reads files; it asks `Folder` for names.
"""

import re
from dataclasses import dataclass, replace

from orchtui.engine.plans.plan import AggregateStrategy
from orchtui.engine.request import gaps
from orchtui.engine.request.chains import by_sentences, chain, is_work
from orchtui.engine.request.clauses import (
    enumeration,
    first_word,
    has_words,
    sentences,
    shared_end,
    split_at,
    tidy,
    verb_of,
)
from orchtui.engine.request.closing import take_closing
from orchtui.engine.request.counting import SLOT, Count, find_counts, for_one, makes_variants
from orchtui.engine.request.drafts import Draft, Reading
from orchtui.engine.request.frames import expand
from orchtui.engine.request.lexicon import JOINT, JUDGING, MAKING
from orchtui.engine.request.limits import Marks, limits_each, take_limits
from orchtui.engine.request.marks import take_apart, take_marks
from orchtui.engine.request.markup import without_politeness
from orchtui.engine.request.meant_files import Folder, Meant
from orchtui.engine.request.pieces import Piece
from orchtui.engine.request.prompts import ended, joined, outer, titled
from orchtui.engine.request.references import take_priorities

MAX_VARIANTS = 50
MAX_FILES = 100
MAX_SPLIT = 20_000
"""A longer text without a list is one task."""


_FILES_AT = re.compile(
    r"\w+ (?P<within>(?:[a-z-]+ ){1,5}(?:in|of|from) )?"
    r"(?:(?:each of|both|all of|the files?) )?(?=[`'\"\w./-]+\.\w)",
    re.IGNORECASE,
)


_SEMICOLON = re.compile(r";(?=\s)")
_ONE = re.compile(r"(?:the )?(?:one|another|other|first|second|third)(?: one)? ", re.IGNORECASE)
_ONE_EACH = re.compile(r"(?:,| [-–—]|:) (?P<list>one (?!of\b|by\b)[^.;]+)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Split:
    """What became of one clause."""

    pieces: tuple[Piece, ...]
    reads: tuple[tuple[str, ...], ...] = ()
    missing: tuple[str, ...] = ()
    variants: bool = False


def from_text(text: str, folder: Folder) -> Reading:
    """Read a text that has no list."""
    text = without_politeness(text)
    if len(text) > MAX_SPLIT:
        return Reading((Draft(text, titled(text[:400])),))
    text, aggregate = take_closing(text, alone=False)
    each = limits_each(text)
    stripped, marks = take_limits(text)
    if stripped != text and has_words(stripped):
        text = tidy(stripped)
    polite = " ".join(_plain(without_politeness(said)) for said in sentences(text))
    context, tasks, remarks = by_sentences(polite)
    if not tasks:
        context, tasks, remarks = "", [(text, False)], ""
    drafts: list[Draft] = []
    missing: list[str] = []
    stage = 0
    variants = False
    for sentence, then in tasks:
        main, rest = _main(sentence)
        words, apart = take_apart(main)
        words = words.rstrip(" .:")
        stage += then
        first = stage
        clauses = chain(words, apart=apart)
        alone = len(tasks) == len(clauses) == 1
        for clause in clauses:
            stage = first + clause.stage
            split = _split(clause.text, folder, apart=apart, each=each and alone)
            missing += [gap for gap in split.missing if gap not in missing]
            variants = variants or split.variants
            drafts += _drafts(split, stage, rest)
    if len(drafts) == 1 and not missing:
        return _single(drafts[0], text, marks, aggregate)
    remarks, priorities = take_priorities(remarks, [draft.title for draft in drafts])
    drafts = [
        replace(draft, marks=draft.marks.over(Marks(priority=priorities.get(at))))
        for at, draft in enumerate(drafts)
    ]
    drafts = _with_remarks(drafts, context, remarks, len(tasks))
    if variants:
        aggregate = aggregate or "compare"
    return Reading(tuple(drafts), marks, aggregate, tuple(missing))


def _drafts(split: _Split, stage: int, rest: str) -> list[Draft]:
    """The pieces of one clause, each with the remarks that stay with it."""
    return [
        Draft(
            prompt=" ".join(part for part in (ended(outer(piece.prompt)), rest) if part),
            title=piece.title,
            stage=stage,
            marks=piece.marks,
            reads=split.reads[at] if split.reads else (),
        )
        for at, piece in enumerate(split.pieces)
    ]


def _plain(sentence: str) -> str:
    """`Write a and b; keep it short` with the remark as a sentence of its own."""
    parts = split_at(sentence, _SEMICOLON)
    if len(parts) < 2 or any(is_work(part) for part in parts[1:]):
        return sentence
    return " ".join([ended(parts[0]), *(ended(outer(part)) for part in parts[1:])])


def _with_remarks(drafts: list[Draft], context: str, remarks: str, count: int) -> list[Draft]:
    """Context and remarks for all; but "keep it short" belongs to the last of several."""
    of_last = count > 1 and re.search(r"\b(?:it|its|this)\b", remarks, re.IGNORECASE) is not None
    return [
        replace(
            draft,
            prompt=" ".join(
                part
                for part in (
                    context,
                    draft.prompt,
                    "" if of_last and draft is not drafts[-1] else remarks,
                )
                if part
            ),
        )
        for draft in drafts
    ]


def _single(draft: Draft, text: str, marks: Marks, aggregate: AggregateStrategy | None) -> Reading:
    """One task keeps the request's own words."""
    words, own = take_marks(text, of_item=True)
    words = words or text
    prompt = draft.prompt if draft.reads else ended(outer(words))
    draft = replace(draft, prompt=prompt, title=titled(words), marks=draft.marks.over(own))
    return Reading((draft,), marks, aggregate)


def _main(sentence: str) -> tuple[str, str]:
    """The first sentence, and the remarks that `by_sentences` left with it."""
    parts = sentences(sentence)
    return (parts[0], " ".join(parts[1:])) if parts else (sentence, "")


def _split(clause: str, folder: Folder, *, apart: bool, each: bool) -> _Split:
    own, marks = take_marks(clause, of_item=True)
    if found := _files(clause, folder) or _named_files(clause, folder):
        return found
    if found := _variants(clause, apart=apart):
        return found
    pieces = expand(clause, apart=apart or each)
    if pieces:
        return _Split(tuple(pieces), missing=tuple(gaps.open_ended(clause)))
    own = own or clause
    missing = tuple(gaps.unnamed(clause, apart=apart))
    if missing:
        missing += tuple(gaps.no_subject(clause))
    return _Split((Piece(own, titled(own), own, marks),), missing=missing)


def _files(clause: str, folder: Folder) -> _Split | None:
    """`Analyze these three log files`: one task for each file."""
    meant = folder.meant(clause)
    if meant is None or (meant.optional and not meant.files) or not _is_object(clause, meant):
        return None
    missing = tuple(gaps.file_gaps(meant))
    before, after = clause[: meant.start], clause[meant.end :]
    if not meant.files:
        return _Split((Piece(clause, titled(clause), clause),), missing=missing)
    if first_word(clause) in JOINT:
        words = f"{clause[: meant.end]} ({joined(list(meant.files[:50]))}){after}"
        return _Split((Piece(words, titled(clause), clause),), (meant.files,), missing)
    after = re.sub(r",? (?:for|of) each(?: (?:one|of them|file|log))?(?=[.!]?\Z)", "", after)
    pieces = [Piece(f"{before}{path}{after}", path, path) for path in meant.files[:MAX_FILES]]
    if len(meant.files) > MAX_FILES:
        missing += (
            f"The words mean {len(meant.files)} files, and at most {MAX_FILES} are taken: "
            "narrow them down.",
        )
    return _Split(tuple(_short_titles(pieces)), tuple((p.own,) for p in pieces), missing)


def _is_object(clause: str, meant: Meant) -> bool:
    """Whether the work is done on the files, rather than being about such files."""
    start = clause[: meant.start]
    if re.match(r"(?:the|my|our) ", clause[meant.start :], re.IGNORECASE):
        return first_word(clause) not in MAKING and len(start.split()) <= 4
    return verb_of(clause) is not None or start.lower() in ("", "for ")


def _short_titles(pieces: list[Piece]) -> list[Piece]:
    """File names without folders, where that is still unique."""
    names = [piece.own.rsplit("/", 1)[-1] for piece in pieces]
    if len(set(names)) < len(names):
        return pieces
    return [replace(piece, title=name) for piece, name in zip(pieces, names, strict=True)]


def _named_files(clause: str, folder: Folder) -> _Split | None:
    """`Summarize a.md, b.md and c.md`: one task for each file."""
    verb = first_word(clause)
    place = _FILES_AT.match(clause)
    if place is None or verb_of(clause) is None or verb in JOINT or verb in MAKING:
        return None
    if place["within"] and verb not in JUDGING:
        return None
    before, objects = clause[: place.end()], clause[place.end() :]
    members, end = shared_end(enumeration(objects.rstrip(".!")))
    bare = [member.strip("`'\"") for member in members]
    if len(members) < 2 or any(" " in name or not folder.named(name) for name in bare):
        return None
    end = re.sub(r",? ?(?:for|of) each(?: (?:one|of them|file))?(?=\Z)", "", end)
    rest = f" {end}" if end else ""
    before = re.sub(r"(?:each of|both|all of|the files?) \Z", "", before)
    pieces = [Piece(f"{before}{name}{rest}", name, name) for name in bare]
    return _Split(tuple(_short_titles(pieces)))


def _variants(clause: str, *, apart: bool) -> _Split | None:
    """`Create 3 different homepage designs`: so many tasks, to choose from."""
    for count in find_counts(clause):
        several = apart and count.low and first_word(clause) in MAKING and not count.definite
        if not count.low or not (several or makes_variants(clause, count)):
            continue
        if expand(clause, apart=False):
            return None
        said = for_one(clause, number=count.low, keep_viewpoint=True).replace(SLOT, "").rstrip(".!")
        if count.low != count.high or count.low > MAX_VARIANTS:
            gap = f"The request does not say how many {count.noun} are wanted: give one number"
            gap += f", at most {MAX_VARIANTS}."
            return _Split((Piece(clause, titled(clause), clause),), missing=(gap,))
        if named := _named_variants(clause, count):
            return named
        name = titled(count.one)
        return _Split(
            tuple(
                Piece(f"{said}: variant {n} of {count.low}", f"{name} {n}", said)
                for n in range(1, count.low + 1)
            ),
            variants=True,
        )
    return None


def _named_variants(clause: str, count: Count) -> _Split | None:
    """`Draft 2 versions of the email, one formal, one casual`: the variants have names."""
    match = _ONE_EACH.search(clause, count.end)
    if match is None:
        return None
    names = [_ONE.sub("", part) for part in enumeration(clause[match.start("list") :])]
    if not count.holds(len(names)) or len(names) < 2:
        return None
    before = for_one(clause[: match.start()], keep_viewpoint=True).replace(SLOT, "")
    return _Split(
        tuple(Piece(f"{before}: {name}", titled(name), name) for name in names), variants=True
    )

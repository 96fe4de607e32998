"""The words that the request parser knows: verbs, numbers, languages, fixed phrases.

Closed lists: a word that is not here is never guessed at. This
module never looks at a request.
"""

import re

_VERBS_BY_SPECIALIST = {
    "researcher": "research find investigate gather look explore search study survey collect "
    "discover identify learn scout browse dig get fetch obtain retrieve",
    "writer": "write draft create generate design compose produce document outline describe "
    "explain make prepare author sketch rewrite edit propose brainstorm invent develop list plan "
    "suggest name tell give define rephrase paraphrase",
    "critic": "review critique test check audit verify validate proofread inspect assess evaluate "
    "lint judge rate fact-check",
    "analyst": "analyze analyse compare summarize summarise count process measure profile "
    "benchmark extract parse classify calculate compute estimate rank chart plot examine monitor "
    "quantify categorize contrast diagnose tabulate",
    "translator": "translate localize localise",
    "synthesizer": "synthesize synthesise combine merge consolidate integrate unify",
    "": "implement fix refactor debug optimize optimise migrate deploy install add remove update "
    "rename convert run read answer solve port code build set configure upgrade clean delete "
    "simplify improve train download upload publish send scan teach prove show do handle call ask "
    "choose pick select recommend index label tag format sort transcribe interview perform conduct",
}

SPECIALIST_OF = {
    verb: specialist or None
    for specialist, verbs in _VERBS_BY_SPECIALIST.items()
    for verb in verbs.split()
}
"""Every verb that may begin a task, and who does such work; None: anybody."""

NOUNS = {
    "review": "critic",
    "audit": "critic",
    "research": "researcher",
    "analysis": "analyst",
    "comparison": "analyst",
    "translation": "translator",
    "synthesis": "synthesizer",
}
"""For verbs such as `do` and `run`: who does the work that the noun names."""

MAKING = frozenset(verb for verb, specialist in SPECIALIST_OF.items() if specialist == "writer") | {
    "build",
    "implement",
}
"""Verbs whose object comes into being: two of them are variants or pieces, not sources."""

SEARCHING = frozenset(v for v, s in SPECIALIST_OF.items() if s == "researcher")
BRINGING = frozenset("get find fetch obtain retrieve collect gather".split())
"""Of these, verbs whose object is what comes back: `get an opinion`."""
JUDGING = frozenset(v for v, s in SPECIALIST_OF.items() if s in ("critic", "analyst"))

JOINT = frozenset(
    "compare contrast combine merge synthesize synthesise consolidate integrate unify rank choose "
    "pick select sort".split()
)
"""Verbs that need all their objects at once: `compare A and B` is one task."""

NOUN_LIKE = frozenset(
    "test research review design draft plan check process count audit benchmark document list "
    "search study survey outline sketch critique code name look index label tag format report "
    "find estimate profile measure rate rank chart plot set port show call ask answer debug "
    "update upgrade fix build run read edit author judge scan".split()
)
"""Verbs that are nouns or adjectives as well: after a comma they may be part of a list."""

DETAIL_VERBS = frozenset(
    "give get list name tell show make add do set run use read look count identify find check "
    "extract rank rate estimate explain describe define prepare choose pick select recommend sort "
    "format "
    "label tag call handle answer ask suggest".split()
)
"""Verbs that, in a later sentence, more often say how to do the work than name another task."""

NUMBERS = {
    word: value
    for value, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), 1
    )
}
NUMBER = rf"(?:\d{{1,4}}|{'|'.join(NUMBERS)})"


def number_of(word: str) -> int:
    """The value of a word that `NUMBER` matched."""
    return NUMBERS.get(word.lower()) or int(word)


NATURAL_LANGUAGES = frozenset(
    "arabic bengali bulgarian cantonese catalan chinese croatian czech danish dutch english "
    "estonian finnish french german greek hebrew hindi hungarian icelandic indonesian irish "
    "italian japanese korean latin latvian lithuanian malay mandarin norwegian persian polish "
    "portuguese punjabi romanian russian serbian slovak slovenian spanish swahili swedish tamil "
    "telugu thai turkish ukrainian urdu vietnamese welsh".split()
)
PROGRAMMING_LANGUAGES = frozenset(
    "ada bash c c# c++ clojure cobol crystal dart elixir elm erlang f# fortran go golang groovy "
    "haskell java javascript julia kotlin lisp lua matlab nim ocaml pascal perl php powershell "
    "prolog python r ruby rust scala scheme smalltalk sql swift typescript zig".split()
)
LANGUAGE_KINDS = (
    "brazilian european simplified traditional british american canadian mexican".split()
)

_LANGUAGE_WORDS = "|".join(
    re.escape(word)
    for word in sorted(NATURAL_LANGUAGES | PROGRAMMING_LANGUAGES, key=lambda w: (-len(w), w))
)
LANGUAGE = rf"(?:(?:{'|'.join(LANGUAGE_KINDS)}) )?(?:{_LANGUAGE_WORDS})(?![\w+#])"

BINOMIALS = re.compile(
    r"\b(?:research (?:and|&) development|pros and cons|black and white|trial and error|"
    r"terms and conditions|supply and demand|command and control|drag and drop|back and forth|"
    r"(?:search|find) and replace|copy and paste|inputs? and outputs?|reads? and writes?|"
    r"bread and butter|law and order|health and safety|mergers and acquisitions|"
    r"profits? and loss(?:es)?|questions? and answers?|do'?s and don'?ts|"
    r"advantages and disadvantages|strengths and weaknesses|costs? and benefits?|"
    r"risks? and benefits?|opportunities and threats|nuts and bolts|arts and crafts|ins and outs|"
    r"science and technology|rock and roll|war and peace|before and after|plug and play|"
    r"fish and chips|salt and pepper|men and women|cause and effect|food and (?:drink|beverage)|"
    r"up and down|up and running|more and more|again and again|try and|(?-i:go) and|end to end|"
    r"privacy and security|look and feel|oil and gas|bed and breakfast|"
    r"[\w.]+ (?:vs\.?|versus) [\w.]+)\b",
    re.IGNORECASE,
)
"""Pairs that are one thing; their `and` never separates two."""

COMPOUNDS = re.compile(
    r"\b(?:calls? to action|points? of (?:view|sale)|proofs? of concept|tables? of contents|"
    r"terms of (?:service|use)|codes? of conduct|letters? of (?:intent|recommendation|motivation)|"
    r"return on investment|works? in progress|state of the art|statements? of (?:work|purpose)|"
    r"ways? of working|bill of materials)\b",
    re.IGNORECASE,
)
"""Nouns with a preposition inside, which begins no complement."""

PREPOSITIONS = frozenset(
    "about after against among around as at before between by concerning covering during for from "
    "in including into of on onto over per regarding since than that through to toward towards "
    "under until upon using versus via when where which while who with within without".split()
)

COUNTABLE = frozenset(
    "angle approach area article aspect audience author candidate case category chapter city "
    "company competitor component concept country dataset data-set design dimension document "
    "domain draft endpoint era example experiment expert factor feature field file folder "
    "framework function genre hypothesis idea industry issue item job language layer lens level "
    "library log market method metric model module option package page paper part period person "
    "perspective piece platform problem product project prompt bug challenge goal claim question "
    "region report repository role "
    "scenario scope section sector segment service side site situation source stage standpoint "
    "step story strategy style subject subtask supplier system task team technique technology "
    "theme thing tool topic variant variation vendor version viewpoint way".split()
)
"""Nouns that stand for things to be named: `5 topics` without the topics leaves something open."""

VIEWPOINTS = frozenset("perspective angle viewpoint standpoint side lens view source".split())
"""Nouns of the frame `from three … perspectives`."""

AGENTS = frozenset("agent subagent worker specialist instance researcher writer helper".split())
"""Nouns of those who do the work: `using 3 agents` says how, not what."""

VARIANTS = frozenset(
    "approach design version variant variation option draft alternative take proposal layout "
    "prototype mockup".split()
)
"""Nouns of things of which one makes several to choose from."""

MEASURES = frozenset(
    "second minute hour day week month year decade century word sentence paragraph page line "
    "bullet point star token character percent time dollar euro byte kb mb gb ms mile meter "
    "metre km kg step-by-step retry attempt people user column row slide".split()
)
"""Nouns that a number measures rather than lists."""

COUNTING_ADJECTIVES = frozenset(
    "different distinct independent separate unique alternative alternate parallel concurrent "
    "simultaneous individual various several competing contrasting complementary single".split()
)

PLURALS = {
    "people": "person",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "men": "man",
    "women": "woman",
    "children": "child",
    "hypotheses": "hypothesis",
    "analyses": "analysis",
    "theses": "thesis",
    "lenses": "lens",
    "indices": "index",
    "matrices": "matrix",
    "series": "series",
    "lives": "life",
    "viruses": "virus",
    "movies": "movie",
    "cookies": "cookie",
    "databases": "database",
    "caches": "cache",
    "headaches": "headache",
    "use-cases": "use case",
    "points": "point",
    "haikus": "haiku",
    "menus": "menu",
    "gurus": "guru",
}
NOT_PLURAL = frozenset(
    "this is as has was its yes less us plus across always perhaps kubernetes redis postgres js "
    "news physics mathematics aws dns tls https css sass rails windows ios macos status analysis "
    "basis process address access class business".split()
)

COMMON_WORDS = frozenset(
    "a an the this that these those each every any all some one two three four five its their our "
    "my your how what when where who why which whether with without for from in on by to of about "
    "academic accessible accessibility accuracy active actual additional advanced ai-assisted "
    "alternative ancient architectural architecture attractive audience automated availability "
    "basic beginner best best-practice better bibliography big black blog blogs bold book books "
    "bug bugs business buyer caching case cautious cheap child classic clean clear client code "
    "code-first colorful colourful comic common community company comparison competitor compliance "
    "complexity concept concept-first concise conference content cost costs creative critical "
    "cultural current customer customers dark data database databases dependency deployment "
    "design detailed detailing developer developers direct documentation documents domain dramatic "
    "early easy economic economics economy editor educational elegant end end-user engineer "
    "engineering environmental error errors ethical examples executive existing expert experts "
    "fast feature feature-rich features financial finance first flat forum forums formal free "
    "frequency friendly full functional funny future general global good government hands-on hard "
    "health high historical history human humorous image impact implementation important indexing "
    "industry informal initial installation integration interactive interview interviews "
    "introduction journalist junior key language large latest lawyer legal light linear list "
    "literature live local logging logs long low main maintainability maintenance manager managers "
    "market marketing mathematical memory minimal minimalist mobile modern modest most naming "
    "narrative naturalistic negative network networking new news novice official online open "
    "open-source operational operations opinion optimistic original outline overall paper papers "
    "parent parents patent patents performance persuasive pessimistic philosophical photos "
    "playful poem poetic policy political politics popular positive practical practitioner press "
    "pricing primary print privacy product production professional professionals project "
    "project-based prose public published quality quick quick-start rapid rare readability recent "
    "replication sharding partitioning consistency fault "
    "reference regulatory related reliability religious report reports research retro revenue "
    "review reviews risk risks robustness safety sales scalability science scientific secondary "
    "section security senior sequential serious short similar simple single slow small social "
    "software source sources specific stack standard standards state statistical step step-by-step "
    "storage strategic strategy strict structure student students style summary supply support "
    "survey sustainability task teacher team technical test testing tests text theoretical theory "
    "tooling tools top topic traditional tutorial tutorials type types typical unit urban "
    "usability "
    "usage use user users validation vendor version video videos visual visual/artistic weather "
    "web website websites wild wording word workflow young".split()
)
"""Words that lose their capital in the middle of a sentence; others may be names and keep it."""

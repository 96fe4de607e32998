"""The English words that the rules know: verbs by what they do, nouns by what they stand for.

Closed lists, chosen by what words mean. A word that is not here is never
guessed at; text in other languages meets only the rules that need no words.
This module never looks at a task.
"""

_VERBS = {
    # What comes back is knowledge, or things that were there already.
    "gather": "research find investigate gather collect explore search study survey identify "
    "interview scrape fetch get retrieve obtain crawl query discover poll look list record note "
    "inventory enumerate extract mine source request trace check-out locate scan ask learn "
    "look-up look-for look-into find-out go-through go-over read-up-on work-out figure-out "
    "catalogue catalog read observe download provision buy purchase order hire pick-up",
    "design": "design define plan outline sketch specify propose brainstorm architect model "
    "wireframe storyboard scope choose pick select decide name prioritize prioritise shortlist "
    "conceive agree come-up-with came-up-with",
    "make": "write draft create build implement develop generate compose produce prepare make code "
    "author script film shoot set-up add scaffold bootstrap construct assemble craft formulate "
    "invent train port paint print illustrate render package compile put-together draw "
    "draw-up put set configure install start launch provision establish cut knit sew bake cook mix "
    "export store save fit",
    "change": "update refactor rewrite edit fix migrate rename optimize optimise format clean "
    "convert extend improve remove delete modify revise polish shorten simplify restructure "
    "reformat upgrade patch enhance adapt translate localize localise correct replace append "
    "insert trim split expand redesign raise bump sort apply resolve rotate annotate normalize "
    "normalise deduplicate reorganize reorganise incorporate work-in colour color tidy drop rebase "
    "commit regenerate tweak adjust rework",
    "judge": "review test proofread check validate verify audit critique evaluate assess benchmark "
    "fact-check lint inspect rate measure profile examine spell-check load-test smoke-test "
    "score grade try debug copyedit copy-edit run vet simulate qa stress-test peer-review",
    "derive": "analyze analyse summarize summarise compare document describe explain visualize "
    "visualise plot chart present map compute calculate estimate count classify categorize "
    "categorise tabulate interpret contrast rank weigh recommend quantify diagnose condense "
    "derive distill distil cluster label tag transcribe extract recap abridge highlight quiz "
    "write-up use turn base suggest discuss give provide tell show teach report forecast "
    "predict group",
    "release": "publish deploy release ship announce send submit post upload share distribute "
    "roll-out deliver email mail tweet hand-in push promote advertise pitch broadcast circulate "
    "forward host serve launch register file schedule book pay order invite",
    "after": "monitor track follow-up observe watch respond reply maintain celebrate",
    "combine": "synthesize synthesise combine merge consolidate integrate unify aggregate compile "
    "reconcile collate join weave fuse blend assemble cross-reference wrap-up sum-up put-together "
    "bring-together pull-together conclude bundle",
}

VERB_CLASSES: dict[str, frozenset[str]] = {}
for _name, _words in _VERBS.items():
    for _word in _words.split():
        VERB_CLASSES[_word] = VERB_CLASSES.get(_word, frozenset()) | {_name}
"""For every verb what it does; some do several things."""

STAGE = {
    "gather": 0,
    "design": 1,
    "make": 2,
    "change": 2,
    "derive": 3,
    "judge": 3,
    "combine": 3,
    "release": 4,
    "after": 5,
}
"""The usual order of work: research, design, build, review, publish, watch."""

PARTICLE_VERBS = frozenset(
    "set up|draw up|put together|bring together|pull together|roll out|hand in|follow up|sum up|"
    "wrap up|pick up|check out|work in".split("|")
)
"""Two words that are one verb; the lists above have them with a hyphen."""

PRODUCTS = {
    "research": "research finding result note information insight source data report evidence "
    "answer material",
    "gather": "finding result information data list material source answer",
    "interview": "interview transcript answer quote response",
    "survey": "survey response result answer data",
    "list": "list",
    "record": "record recording",
    "note": "note",
    "scrape": "data result",
    "extract": "data result list",
    "download": "data download file",
    "query": "result data",
    "derive": "result finding output",
    "analyze": "analysis result finding insight report conclusion",
    "summarize": "summary result",
    "compare": "comparison result",
    "plot": "plot chart figure",
    "chart": "chart figure",
    "visualize": "visualization visualisation chart figure plot",
    "document": "documentation doc",
    "explain": "explanation",
    "describe": "description",
    "rank": "ranking",
    "estimate": "estimate",
    "compute": "result number figure value",
    "calculate": "result number figure value",
    "measure": "measurement result number figure value",
    "recommend": "recommendation",
    "transcribe": "transcript transcription",
    "translate": "translation",
    "judge": "result finding issue feedback",
    "review": "review feedback comment finding issue",
    "critique": "critique feedback comment",
    "audit": "audit finding issue report",
    "evaluate": "evaluation result score finding",
    "assess": "assessment result finding",
    "test": "result bug failure",
    "benchmark": "benchmark result number figure",
    "profile": "profile result hotspot bottleneck",
    "run": "result output",
    "design": "design mockup wireframe concept layout",
    "define": "definition",
    "plan": "plan schedule",
    "outline": "outline",
    "sketch": "sketch",
    "brainstorm": "idea",
    "propose": "proposal",
    "choose": "choice",
    "pick": "choice",
    "specify": "specification spec",
    "make": "draft text",
    "write": "draft text version writing",
    "draft": "draft text version",
    "build": "build",
    "implement": "implementation code",
    "train": "model",
    "combine": "synthesis result",
    "synthesize": "synthesis report",
    "merge": "merge",
    "change": "change result",
    "fix": "fix",
    "refactor": "refactoring change",
    "migrate": "migration",
    "deploy": "deployment",
    "release": "release",
    "publish": "publication",
    "investigate": "investigation cause finding",
}
"""What a verb leaves behind beside its object: for a verb, and for all of a class."""

RESULT_NOUNS = frozenset(
    "result finding output outcome conclusion insight answer response report summary note draft "
    "version variant analysis data information text research source material evidence document "
    "piece part work takeaway recommendation review critique translation feedback input figure "
    "number list".split()
)
"""Nouns for what tasks leave behind, whatever they were about."""

MASS = frozenset("evidence data information material research feedback text work input".split())
"""Nouns without a plural that may stand for what several tasks leave."""

CLEAR_RESULTS = frozenset("result finding output outcome insight takeaway conclusion".split())
"""Of these, nouns that hardly mean anything else when they stand alone with `the`."""

GROUP_NOUNS = RESULT_NOUNS | frozenset(
    "approach option design article post tutorial section chapter perspective angle view source "
    "proposal idea concept alternative candidate study interview sketch topic file table chart "
    "page module component translation task step item thing one prototype implementation script "
    "story paper essay guide plan quote".split()
)
"""Nouns that `both`, `all three` or `these` may count."""

SAME_DEED = {
    word: group.split()[0]
    for group in (
        "choose pick select decide shortlist",
        "collect gather assemble compile",
        "write draft author compose",
        "build implement develop create make",
        "check verify validate test",
        "analyze analyse examine",
        "summarize summarise condense recap",
        "revise edit rewrite polish rework",
        "find identify discover locate",
        "scrape crawl mine",
        "measure benchmark profile",
        "download fetch retrieve export",
    )
    for word in group.split()
}
"""Verbs for one deed; the first of each group stands for all."""

DONE = frozenset(
    "finished final finalized finalised completed complete resulting approved finished new "
    "proposed drafted generated produced combined merged gathered collected done ready".split()
)
"""Adjectives of what has just been made."""

EARLIER = frozenset("previous earlier prior preceding above aforementioned former".split())
"""Adjectives that point back."""

YIELDS = {
    noun: frozenset(products.split())
    for nouns, products in (
        ("survey questionnaire poll form", "response answer result reply submission feedback"),
        ("interview", "transcript answer quote recording response"),
        ("experiment test benchmark simulation trial", "result outcome measurement"),
        ("audit inspection review", "finding issue recommendation"),
        ("quiz exam", "score answer result"),
        ("brainstorm workshop meeting", "idea note minute outcome"),
        ("query", "result"),
    )
    for noun in nouns.split()
}
"""What comes back from a thing when it is sent, run or held."""

EXISTING = frozenset(
    "existing current present old published previous latest last original legacy official recent "
    "competitor's competitors' today's yesterday's public upstream live released known actual "
    "available classic historical other another new-york".split()
)
"""Adjectives of what was there before the plan."""

WEAK = frozenset(
    "thing way kind type sort example detail overview introduction intro basic beginner short "
    "long brief quick simple good best main major important key general full complete new detailed "
    "comprehensive different various several many few more most some single one-page work use "
    "user people set lot number aspect area part time day week month year first second third "
    "final next initial clear concise possible common top common use-case topic thing text "
    "version tutorial article post blog guide report document paper essay summary page draft "
    "review note list analysis research finding result data information plan file code script "
    "test doc documentation project task step question word answer".split()
)
"""Nouns and adjectives that say little about a subject."""

SYNONYMS = {
    word: group.split()[0]
    for group in (
        "article post blogpost write-up",
        "doc documentation docs documentation manual",
        "bug defect fault",
        "picture image photo photograph screenshot",
        "company firm vendor supplier",
        "customer client buyer shopper",
        "cost price pricing fee tariff",
        "benefit advantage pro upside",
        "drawback disadvantage con downside",
        "picture illustration",
        "mail email e-mail",
        "site website",
        "speech talk presentation",
        "quiz exam",
        "colour color",
        "licence license",
        "slide deck slides",
        "spec specification",
        "database db",
        "repository repo",
        "configuration config",
        "ad advert advertisement",
        "movie film",
        "car automobile",
        "dataset data-set",
    )
    for word in group.split()
}
"""Words that stand for one thing; the first of each group stands for all."""

ARTICLES = {
    **dict.fromkeys(("the", "said"), "the"),
    **dict.fromkeys(("a", "an", "another", "one", "some", "any"), "a"),
    **dict.fromkeys(("this", "that", "these", "those"), "this"),
    **dict.fromkeys(("its", "their", "his", "her"), "its"),
    **dict.fromkeys(("my", "our", "your"), "my"),
    **dict.fromkeys(("both", "all"), "all"),
    **dict.fromkeys(("each", "every", "either", "neither"), "each"),
}
"""Words that begin a noun phrase, and their kind."""

NUMBERS = {
    word: value
    for value, word in enumerate("two three four five six seven eight nine ten".split(), 2)
}

PRONOUNS = frozenset("it them they these those this that both all everything".split())

PREPOSITIONS = frozenset(
    "about above across after against along among around as at before behind below beneath beside "
    "between beyond by concerning despite during except for from in inside into like near of off "
    "on onto out outside over past per regarding since through throughout till to toward towards "
    "under until up upon via with within without versus vs using based following according given "
    "than including covering down".split()
)
SOURCES = frozenset("from using based following with given on by via in into".split())
"""Prepositions after which stands what a task builds on."""

STOP = frozenset(
    "and or but nor so then also plus if when whether while because which who whom whose what "
    "where why how is are was were be been being has have had do does did will would can could "
    "should may might must shall not no only just very too again already still yet there here "
    "i we you he she us me once now please let let's each-other etc e.g i.e together instead "
    "either neither as such that's it's they're don't doesn't isn't aren't".split()
)

FILLERS = frozenset(
    "please then finally also next first second third lastly last now afterwards after-that "
    "carefully quickly independently separately concurrently simultaneously thoroughly briefly "
    "additionally meanwhile eventually subsequently secondly firstly thirdly just try to and "
    "help me us let's kindly again optionally step task".split()
)
"""Words in front of the verb that begins a task."""

"""The rows of the keymap for pane 6: among the results, in their matrix, in a diff.

This module never reacts to a key.
"""

from orchtui.ui.keys.key_row import Key

COMPARE: tuple[Key, ...] = (
    Key("compare.open", "enter", "want('open')", "compare two: what is marked and picked", "Diff"),
    Key("compare.mark", "space", "want('mark')", "mark it as A, then another as B", "Mark"),
    Key("compare.add", "o", "want('add')", "add a result of another run, or a file", "Add"),
    Key("compare.remove", "delete,x", "want('remove')", "take out what was added"),
    Key("compare.rate-up", "plus", "rate(1)", "one star more"),
    Key("compare.rate-down", "minus", "rate(-1)", "one star less"),
    Key(
        "compare.choose",
        "c",
        "want('choose')",
        "choose it as the run's result, or take that back",
        "Choose",
    ),
    Key("compare.judge", "J", "want('judge')", "ask a judge, by criteria of yours", "Judge"),
    Key("compare.judgement", "v", "want('judgement')", "read what the judge said"),
    Key("compare.matrix", "m", "want('matrix')", "how alike each two of them are", "Matrix"),
    Key("compare.previous", "up,k", "step(-1)", "previous result"),
    Key("compare.next", "down,j", "step(1)", "next result"),
    Key("compare.page-up", "pageup", "page(-1)", "a page up"),
    Key("compare.page-down", "pagedown", "page(1)", "a page down"),
    Key("compare.first", "home,g", "first", "first result"),
    Key("compare.last", "end,G", "last", "last result"),
    Key("compare.back", "escape", "want('back')", "take the marks away; else to the timeline"),
)
ALIKE: tuple[Key, ...] = (
    Key("alike.open", "enter", "want('open')", "compare the two", "Diff"),
    Key("alike.close", "m,escape", "want('matrix')", "back to the results", "Results"),
    Key("alike.up", "up,k", "move(-1, 0)", "up"),
    Key("alike.down", "down,j", "move(1, 0)", "down"),
    Key("alike.left", "left,h", "move(0, -1)", "left"),
    Key("alike.right", "right,l", "move(0, 1)", "right"),
    Key("alike.first", "home,g", "move(-9999, -9999)", "first pair"),
    Key("alike.last", "end,G", "move(9999, 9999)", "last pair"),
)
DIFF: tuple[Key, ...] = (
    Key("diff.next-change", "right_square_bracket,full_stop", "change(1)", "next change", "Next"),
    Key("diff.previous-change", "left_square_bracket,comma", "change(-1)", "previous change"),
    Key(
        "diff.open",
        "enter",
        "open",
        "open what is folded; of what was moved, go to its other end",
        "Open",
    ),
    Key("diff.open-all", "O", "open_all", "open all that is folded, or fold it again"),
    Key("diff.sides", "s", "sides", "side by side, or one below the other", "Sides"),
    Key("diff.swap", "x", "want('swap')", "swap the sides"),
    Key("diff.unit", "u", "want('unit')", "by line, by sentence, or as the text is", "Unit"),
    Key("diff.case", "i", "want('case')", "ignore upper and lower case, or not"),
    Key("diff.space", "t", "want('space')", "ignore white space, or not"),
    Key("diff.wrap", "W", "wrap", "break long lines, or let them go on beyond the edge"),
    Key("diff.left", "left,h", "sideways(-1)", "to the left, along long lines"),
    Key("diff.right", "right,l", "sideways(1)", "to the right, along long lines"),
    Key("diff.copy", "y", "copy", "copy the hunk", "Copy"),
    Key("diff.edit", "e", "open_in('editor')", "open the side that is newer in your editor"),
    Key("diff.edit-left", "E", "open_in('editor', 'left')", "open the other side in your editor"),
    Key("diff.pager", "p", "open_in('pager')", "open the side that is newer in your pager"),
    Key("diff.pager-left", "P", "open_in('pager', 'left')", "open the other side in your pager"),
    Key("diff.up", "up,k", "step(-1)", "a line up"),
    Key("diff.down", "down,j", "step(1)", "a line down"),
    Key("diff.page-up", "pageup", "page(-1)", "a page up"),
    Key("diff.page-down", "pagedown,space", "page(1)", "a page down"),
    Key("diff.top", "home,g", "top", "the beginning"),
    Key("diff.bottom", "end,G", "bottom", "the end"),
    Key("diff.back", "escape", "want('back')", "back to the results", "Results"),
)

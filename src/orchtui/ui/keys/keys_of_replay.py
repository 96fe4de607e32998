"""The keys of a replay, for the keymap: name, keys, action of the screen, words, the same in short.

They hold on the timeline and in the output, before the keys of these: what would change a run can
not be done then. This module binds nothing.
"""

ROWS = (
    ("play", "space", "play", "play, or pause", "Play"),
    ("event-back", "comma", "step_event(-1)", "one event back", ""),
    ("event-on", "full_stop", "step_event(1)", "one event on", "Step"),
    ("back", "left", "scrub(-1)", "a fiftieth of the run back (on the timeline)", ""),
    ("on", "right", "scrub(1)", "a fiftieth of the run on (on the timeline)", ""),
    ("far-back", "shift+left", "scrub(-5)", "a tenth of the run back", ""),
    ("far-on", "shift+right", "scrub(5)", "a tenth of the run on", ""),
    ("slower", "minus", "change_speed(-1)", "slower", ""),
    ("faster", "plus", "change_speed(1)", "faster, up to 1000x", "Faster"),
    ("start", "home", "go_to_place('start')", "to the start of the run", ""),
    ("end", "end", "go_to_place('end')", "to the end of the run", ""),
    ("task-start", "S", "go_to_place('task-start')", "to where the task began", ""),
    ("task-end", "E", "go_to_place('task-end')", "to where the task ended", ""),
    ("trouble", "J", "go_to_trouble(1)", "to the next failure or retry", "Failure"),
    ("trouble-before", "K", "go_to_trouble(-1)", "to the failure or retry before", ""),
    ("marker", "L", "go_to_marker(1)", "to where the next thing begins or ends", ""),
    ("marker-before", "H", "go_to_marker(-1)", "to where the one before did", ""),
    ("leave", "escape", "end_replay", "end the replay (on the timeline)", "End"),
)

"""The rows of the keymap for the list of tasks.

This module never reacts to a key.
"""

from orchtui.ui.keys.key_row import Key

TASKS: tuple[Key, ...] = (
    Key("tasks.edit", "enter,e", "want('edit')", "edit the task", "Edit"),
    Key("tasks.add", "a", "want('add')", "add a task", "Add"),
    Key("tasks.outside", "E", "want('outside')", "edit the task as YAML in $EDITOR"),
    Key("tasks.duplicate", "c", "want('duplicate')", "copy the task"),
    Key("tasks.variants", "v", "want('variants')", "make variants of the task"),
    Key(
        "tasks.expand",
        "x",
        "want('expand')",
        "make many of it: for each language, subject, file, row",
    ),
    Key("tasks.delete", "d,delete", "want('delete')", "delete the task", "Delete"),
    Key("tasks.toggle", "space", "want('toggle')", "leave the task out, or take it in", "On/off"),
    Key("tasks.priority", "p", "want('priority')", "critical, normal, nice-to-have"),
    Key("tasks.up", "K,shift+up", "move(-1)", "move the task up"),
    Key("tasks.down", "J,shift+down", "move(1)", "move the task down"),
    Key("tasks.previous", "up,k", "step(-1)", "previous task"),
    Key("tasks.next", "down,j", "step(1)", "next task"),
    Key("tasks.page-up", "pageup", "page(-1)", "a page up"),
    Key("tasks.page-down", "pagedown", "page(1)", "a page down"),
    Key("tasks.first", "home,g", "first", "first task"),
    Key("tasks.last", "end,G", "last", "last task"),
    Key("tasks.undo", "u", "want('undo')", "undo", "Undo"),
    Key("tasks.redo", "U", "want('redo')", "redo"),
    Key(
        "tasks.settle",
        "m",
        "want('settle')",
        "nothing is missing any more: the tasks are as meant",
    ),
    Key(
        "tasks.refine",
        "l",
        "want('refine')",
        "have a model split or rewrite the task, or say what is missing",
    ),
    Key("tasks.read", "f4", "want('read_again')", "make the tasks from the request again"),
    Key("tasks.request", "i", "want('request')", "write the request"),
    Key("tasks.run", "r", "app.run_plan", "run the plan"),
    Key("tasks.save", "s", "app.save_plan", "save the plan to a file"),
    Key("tasks.save-as", "S", "app.save_plan_as", "save the plan to another file"),
    Key("tasks.open", "o", "app.open_plan", "open a plan file, or add its tasks"),
)

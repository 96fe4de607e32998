"""YAML as orchtui reads and writes it: nodes that know their places, and problems in plain words.

`yaml_compose` is the way in; `yaml_nodes` and `yaml_values` read by a table of what each key may
hold. Nothing here knows what a key means, and nothing here opens a file.
"""

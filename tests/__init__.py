"""The tests: what orchtui promises, as tables and properties. They touch nothing but their own."""

"""The full-screen app. It shows Runs and asks the engine to work; it never decides what happens."""

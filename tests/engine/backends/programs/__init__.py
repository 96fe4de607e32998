"""Small programs that stand in for agent programs in tests."""

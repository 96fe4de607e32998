"""The app in a real terminal: nothing but keys in, nothing but the screen out."""

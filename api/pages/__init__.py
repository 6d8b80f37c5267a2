"""Pages for people: the same readings as the API shows, and forms that do the same acts at the same addresses."""

"""Who is told of in a text: mentions of persons, who is who, in what role, of what age."""

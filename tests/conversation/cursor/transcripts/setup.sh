find "$HOME/.cursor" -type f -exec touch -d @1767300000 {} +

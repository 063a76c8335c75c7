sed -i "s/@COMMIT@/$(git rev-parse --short=7 HEAD)/" .aider.chat.history.md

printf "bad \377\376 bytes\ntorn" >>.aider.chat.history.md
touch -d @1767300000 .aider.chat.history.md

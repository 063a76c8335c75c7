git remote add origin https://user@example.com/team/thing.git

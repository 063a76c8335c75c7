CREATE TABLE session(id TEXT);

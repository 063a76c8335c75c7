#!/usr/bin/env python3
"""Writes made-up talk of many tools below a home, as much as asked for: for the bench and the tests.

  talk.py <home> <repository> <turns> [<seed> [<turns of a session>]]
  talk.py --huge <file> <repository> <megabytes>     one Claude Code transcript of that size
"""
import hashlib
import json
import os
import random
import re
import sqlite3
import sys

WORDS = """the a we use instead of because parser index cache buffer lock file read write test should
not when it is too slow long short first last value key tree commit branch line error return free
make keep drop move rename split call caller memory thread queue retry time out size limit cap""".split()


class Talk:
    def __init__(self, home, repo, seed):
        self.home, self.repo, self.random, self.count, self.when = home, repo, random.Random(seed), 0, 1767225600

    def words(self, low=5, high=120):
        text = " ".join(self.random.choice(WORDS) for _ in range(self.random.randint(low, high)))
        kind = self.random.random()
        if kind < 0.01:
            text += " mail jane.roe%d@corp.example" % self.random.randint(0, 99)
        elif kind < 0.02:
            text += " password = \"%s\"" % self.secret(14)
        return text

    def secret(self, size):
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
        return "".join(self.random.choice(letters) for _ in range(size))

    def code(self):
        return "".join("\tint %s = %s(%d);\n" % (self.random.choice(WORDS), self.random.choice(WORDS),
                                                  self.random.randint(0, 99)) for _ in range(self.random.randint(1, 25)))

    def id(self):
        self.count += 1
        return "%08x-%04x" % (self.random.getrandbits(32), self.count & 0xffff) + "-%d" % self.count

    def time(self):
        self.when += 7
        day, rest = divmod(self.when - 1767225600, 86400)
        return "2026-%02d-%02dT%02d:%02d:%02dZ" % (1 + day // 28 % 12, 1 + day % 28, rest // 3600, rest // 60 % 60, rest % 60)

    def path(self):
        return "%s/src/%s.c" % (self.repo, self.random.choice(WORDS))

    def open(self, name):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return open(path, "w")

    def claude(self, turns, out=None, session=None):
        session = session or self.id()
        out = out or self.open(".claude/projects/%s/%s.jsonl" % (re.sub("[^A-Za-z0-9]", "-", self.repo), session))
        parent = None
        for i in range(turns):
            uuid, person = self.id(), i % 3 == 0
            content = self.words() if person else [{"type": "text", "text": self.words()}]
            if i % 3 == 2:
                content = [{"type": "tool_use", "id": "toolu_" + uuid, "name": "Edit", "input": {
                    "file_path": self.path(), "old_string": self.code(), "new_string": self.code()}}]
            record = {"parentUuid": parent, "isSidechain": False, "cwd": self.repo, "sessionId": session,
                      "gitBranch": "main", "type": "user" if person else "assistant", "uuid": uuid,
                      "timestamp": self.time(), "message": {"role": "user" if person else "assistant",
                                                            "model": "model-one", "content": content}}
            out.write(json.dumps(record) + "\n")
            if i % 3 == 2:
                out.write(json.dumps({"parentUuid": uuid, "cwd": self.repo, "sessionId": session, "type": "user",
                                      "uuid": uuid + "r", "timestamp": self.time(), "message": {"content": [
                                          {"type": "tool_result", "tool_use_id": "toolu_" + uuid,
                                           "content": self.code() * 4}]}}) + "\n")
            parent = uuid
        return out

    def codex(self, turns):
        session = self.id()
        out = self.open(".codex/sessions/2026/01/01/rollout-%s.jsonl" % session)

        def put(kind, payload):
            out.write(json.dumps({"timestamp": self.time(), "type": kind, "payload": payload}) + "\n")
        put("session_meta", {"id": session, "cwd": self.repo, "git": {"branch": "main"}})
        put("turn_context", {"cwd": self.repo, "model": "model-two"})
        for i in range(turns):
            if i % 3 == 0:
                put("event_msg", {"type": "user_message", "message": self.words()})
            elif i % 3 == 1:
                put("response_item", {"type": "message", "role": "assistant",
                                      "content": [{"type": "output_text", "text": self.words()}]})
            else:
                put("response_item", {"type": "custom_tool_call", "name": "apply_patch", "call_id": self.id(),
                                      "input": "*** Begin Patch\n*** Update File: %s\n@@\n-%s+%s*** End Patch\n" % (
                                          self.path(), self.code().replace("\n", "\n-", 0), self.code())})

    def gemini(self, turns):
        name = hashlib.sha256(self.repo.encode()).hexdigest()
        out = self.open(".gemini/tmp/%s/chats/session-%s.jsonl" % (name, self.id()))
        out.write(json.dumps({"sessionId": self.id(), "startTime": self.time()}) + "\n")
        for i in range(turns):
            out.write(json.dumps({"id": self.id(), "timestamp": self.time(), "type": "gemini" if i % 2 else "user",
                                  "content": self.words()}) + "\n")

    def copilot_chat(self, turns):
        folder = ".config/Code/User/workspaceStorage/%s" % self.id()
        self.open(folder + "/workspace.json").write(json.dumps({"folder": "file://" + self.repo}))
        requests = [{"requestId": self.id(), "timestamp": self.when * 1000, "message": {"text": self.words()},
                     "response": [{"value": self.words()}]} for _ in range(turns // 2)]
        json.dump({"requests": requests, "sessionId": self.id()}, self.open(folder + "/chatSessions/%s.json" % self.id()))

    def continue_(self, turns):
        session = self.id()
        json.dump({"sessionId": session, "workspaceDirectory": self.repo, "history": [
            {"message": {"role": "assistant" if i % 2 else "user", "content": self.words()}} for i in range(turns)]},
            self.open(".continue/sessions/%s.json" % session))

    def cline(self, turns):
        folder = ".config/Code/User/globalStorage/saoudrizwan.claude-dev/tasks/%s/" % self.id()
        json.dump([{"role": "user", "content": "# Current Working Directory (%s) Files" % self.repo}],
                  self.open(folder + "api_conversation_history.json"))
        json.dump([{"ts": 1767225600000 + i, "type": "say", "say": "text" if i % 2 else "user_feedback",
                    "text": self.words()} for i in range(turns)], self.open(folder + "ui_messages.json"))

    def cursor(self, turns):
        path = os.path.join(self.home, ".config/Cursor/User/globalStorage/state.vscdb")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE IF NOT EXISTS cursorDiskKV(key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
        session, bubbles = self.id(), [self.id() for _ in range(turns)]
        db.execute("INSERT INTO cursorDiskKV VALUES(?,?)", ("composerData:" + session, json.dumps({
            "composerId": session, "createdAt": 1767225600000, "workspaceIdentifier": {"uri": {"fsPath": self.repo}},
            "fullConversationHeadersOnly": [{"bubbleId": b} for b in bubbles]})))
        db.executemany("INSERT INTO cursorDiskKV VALUES(?,?)", [
            ("bubbleId:%s:%s" % (session, b), json.dumps({"type": 1 + i % 2, "text": self.words()}))
            for i, b in enumerate(bubbles)])
        db.commit()
        db.close()

    def opencode(self, turns):
        path = os.path.join(self.home, ".local/share/opencode/opencode.db")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        db = sqlite3.connect(path)
        db.executescript("""CREATE TABLE IF NOT EXISTS project(id TEXT PRIMARY KEY, worktree TEXT);
            CREATE TABLE IF NOT EXISTS session(id TEXT PRIMARY KEY, project_id TEXT, parent_id TEXT, directory TEXT,
                time_created INTEGER, time_updated INTEGER);
            CREATE TABLE IF NOT EXISTS message(id TEXT PRIMARY KEY, session_id TEXT, data TEXT);
            CREATE TABLE IF NOT EXISTS part(id TEXT PRIMARY KEY, message_id TEXT, data TEXT);
            CREATE INDEX IF NOT EXISTS message_session ON message(session_id);
            CREATE INDEX IF NOT EXISTS part_message ON part(message_id)""")
        session = self.id()
        db.execute("INSERT INTO session VALUES(?,'p',NULL,?,1767225600000,1767225600000)", (session, self.repo))
        for i in range(turns):
            message = self.id()
            db.execute("INSERT INTO message VALUES(?,?,?)", (message, session, json.dumps(
                {"role": "assistant" if i % 2 else "user", "time": {"created": 1767225600000 + i}})))
            db.execute("INSERT INTO part VALUES(?,?,?)", (self.id(), message, json.dumps(
                {"type": "text", "text": self.words()})))
        db.commit()
        db.close()

    def aider(self, turns):
        with open(os.path.join(self.repo, ".aider.chat.history.md"), "a") as out:
            for i in range(turns):
                if i % 50 == 0:
                    out.write("\n# aider chat started at %s\n\n" % self.time()[:19].replace("T", " "))
                out.write(("%s\n\n" if i % 2 else "#### %s\n\n") % self.words())


def huge(path, repo, megabytes):
    talk = Talk("", repo, 1)
    with open(path, "w") as out:
        while out.tell() < megabytes << 20:
            talk.claude(3000, out, "huge")
            out.write(json.dumps({"type": "user", "uuid": talk.id(), "sessionId": "huge", "cwd": repo,
                                  "timestamp": talk.time(), "message": {"content": [
                                      {"type": "image", "source": {"data": "A" * (24 << 20)}},
                                      {"type": "text", "text": "a picture of " + talk.words()}]}}) + "\n")


def main():
    if sys.argv[1] == "--huge":
        huge(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        return
    talk = Talk(sys.argv[1], sys.argv[2], int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    turns, most = int(sys.argv[3]), int(sys.argv[5]) if len(sys.argv) > 5 else 1000
    shares = [(talk.claude, 40), (talk.codex, 15), (talk.gemini, 8), (talk.copilot_chat, 8), (talk.continue_, 4),
              (talk.cline, 4), (talk.cursor, 8), (talk.opencode, 8), (talk.aider, 5)]
    for write, share in shares:
        left = turns * share // 100
        while left > 0:
            write(min(left, most))
            left -= most


main()

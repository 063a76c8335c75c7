-- The sidecar's schema. Part one holds facts: what git cannot give back. Part two is derived:
-- `git flywheel rebuild` empties it and makes it again. Object ids are 20-byte blobs; times are
-- seconds since 1970.

CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- ---- Part one: facts -------------------------------------------------------------------------

-- How far each conversation file has been read.
CREATE TABLE watermark(
	source TEXT NOT NULL,
	file TEXT NOT NULL, -- hash of its path: folder names are personal data too
	inode INTEGER NOT NULL, size INTEGER NOT NULL, offset INTEGER NOT NULL,
	tail TEXT NOT NULL, -- hash of the bytes before the offset: tells a rewrite from growth
	PRIMARY KEY(source, file)) WITHOUT ROWID;

-- One message of a conversation, already scrubbed: raw talk never reaches this file. Ids are never
-- given twice: what follows the talk goes on after the last id that it has seen.
CREATE TABLE turn(
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	record TEXT NOT NULL UNIQUE, -- the tool's own id of the record: replays are the same turn
	source TEXT NOT NULL, session TEXT NOT NULL,
	role TEXT NOT NULL, -- user: a person; assistant
	at INTEGER NOT NULL, branch TEXT NOT NULL DEFAULT '', text TEXT NOT NULL,
	parent TEXT NOT NULL DEFAULT '', -- record that it answers
	tool TEXT NOT NULL DEFAULT '', -- the assistant that spoke
	model TEXT NOT NULL DEFAULT '');
CREATE INDEX turn_session ON turn(session, at);

-- A file that a turn edited, with the (scrubbed) text it put there.
CREATE TABLE turn_edit(
	turn INTEGER NOT NULL REFERENCES turn(id) ON DELETE CASCADE,
	position INTEGER NOT NULL DEFAULT 0,
	path TEXT NOT NULL, text TEXT NOT NULL,
	old TEXT, -- what it replaced; NULL: not known, or a new file
	call TEXT NOT NULL DEFAULT '', -- the tool's id of its call
	action TEXT NOT NULL DEFAULT '', -- and its name
	outcome TEXT NOT NULL DEFAULT '', -- applied, modified, rejected, failed
	PRIMARY KEY(turn, position)) WITHOUT ROWID;
CREATE INDEX turn_edit_path ON turn_edit(path);
CREATE INDEX turn_edit_call ON turn_edit(call) WHERE call <> '';

-- What a turn says it is about: the place of a review's comment, the commit that a tool made.
CREATE TABLE turn_anchor(
	turn INTEGER NOT NULL REFERENCES turn(id) ON DELETE CASCADE,
	position INTEGER NOT NULL DEFAULT 0,
	path TEXT NOT NULL DEFAULT '', line INTEGER NOT NULL DEFAULT 0,
	commit_id TEXT NOT NULL DEFAULT '', -- hex
	last INTEGER NOT NULL DEFAULT 0, -- line; 0: only the one
	PRIMARY KEY(turn, position)) WITHOUT ROWID;

-- What a person said of a decision or an example.
CREATE TABLE verdict(
	subject TEXT NOT NULL, -- 'decision' or 'example'
	id TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
	at INTEGER NOT NULL, PRIMARY KEY(subject, id)) WITHOUT ROWID;

-- A decision that a person added, edited, accepted, or that a rewrite of history left without the
-- message it came from: its words are kept here, for what they were mined from may go.
CREATE TABLE decision_kept(
	id TEXT PRIMARY KEY, commit_id BLOB NOT NULL, -- 20 zero bytes: none
	source TEXT NOT NULL, origin TEXT NOT NULL, cue TEXT NOT NULL, confidence REAL NOT NULL,
	at INTEGER NOT NULL, statement TEXT NOT NULL, because TEXT NOT NULL,
	instead_of TEXT NOT NULL, evidence TEXT NOT NULL,
	files TEXT NOT NULL, names TEXT NOT NULL, -- a line each
	edited INTEGER NOT NULL DEFAULT 0, -- the texts are a person's
	kind TEXT NOT NULL, -- added, judged, linked, carried (over a rewrite), imported (from a note)
	consequences TEXT NOT NULL DEFAULT '',
	seen BLOB NOT NULL DEFAULT x'' -- HEAD when a person last spoke, or empty
	) WITHOUT ROWID;
-- Where commits went: 'rewrite' is what git told our post-rewrite hook, 'copy' the same change found
-- again in another commit. What is kept for the old one holds for the new one.
CREATE TABLE commit_rewrite(
	old BLOB NOT NULL, new BLOB NOT NULL, how TEXT NOT NULL, at INTEGER NOT NULL,
	PRIMARY KEY(old, new)) WITHOUT ROWID;
-- What a person tied a decision to: relation 'supersedes', 'contradicts' or 'related' and another
-- decision's id; 'commit', 'file' or 'symbol' and its name.
CREATE TABLE decision_link(
	id TEXT NOT NULL, relation TEXT NOT NULL, target TEXT NOT NULL, at INTEGER NOT NULL,
	PRIMARY KEY(id, relation, target)) WITHOUT ROWID;

-- One revolution of the flywheel; also the job queue's row.
CREATE TABLE run(
	id INTEGER PRIMARY KEY,
	state TEXT NOT NULL, -- waiting, running, done, failed
	stage TEXT NOT NULL, -- the next stage to do
	head BLOB NOT NULL, cutoff BLOB,
	started INTEGER NOT NULL, updated INTEGER NOT NULL, finished INTEGER,
	attempts INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
	raw INTEGER, kept INTEGER, dataset TEXT, model TEXT, suite TEXT,
	verdict TEXT, reason TEXT, report TEXT, -- report: JSON, the whole funnel and scores
	origin TEXT NOT NULL DEFAULT 'person', -- who asked: person, push, schedule
	ref TEXT NOT NULL DEFAULT '', -- the branch that was pushed
	next_at INTEGER NOT NULL DEFAULT 0, -- not before; the worker's own appointment
	trainer TEXT NOT NULL DEFAULT '', -- the driver, fixed when the run begins
	key TEXT NOT NULL DEFAULT '', -- the trainer's job id, chosen here: one job per key
	remote TEXT NOT NULL DEFAULT '', -- what the trainer last said of it
	submitted INTEGER NOT NULL DEFAULT 0, -- when the trainer first had it
	cancel INTEGER NOT NULL DEFAULT 0, -- asked for; the worker sees it through
	notified INTEGER NOT NULL DEFAULT 0,
	cost REAL NOT NULL DEFAULT 0);
CREATE INDEX run_state ON run(state, next_at);

-- What a pre-push hook saw leave: training starts when it is known to have arrived.
CREATE TABLE push(
	id INTEGER PRIMARY KEY,
	remote TEXT NOT NULL, url TEXT NOT NULL, -- the URL without a user's password
	ref TEXT NOT NULL, oid BLOB NOT NULL, -- as the remote names it
	pid INTEGER NOT NULL, pid_start INTEGER NOT NULL, -- the git that pushes; 0: not known
	at INTEGER NOT NULL, next_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
	state TEXT NOT NULL, -- waiting, arrived, lost, ignored (a branch that is not trained on)
	reason TEXT NOT NULL DEFAULT '', -- why lost, or why it still waits
	spool TEXT NOT NULL UNIQUE); -- file and ref: read twice, it is one row

-- A frozen dataset: its bytes lie in datasets/<sha256>.jsonl while a kept model names it.
CREATE TABLE dataset(
	sha256 TEXT PRIMARY KEY, at INTEGER NOT NULL, head BLOB NOT NULL, cutoff BLOB NOT NULL,
	raw INTEGER NOT NULL, kept INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE model(
	id TEXT PRIMARY KEY, trainer TEXT NOT NULL, base TEXT NOT NULL,
	file TEXT NOT NULL, -- relative to the sidecar's folder
	sha256 TEXT NOT NULL, dataset TEXT NOT NULL, trained_on BLOB NOT NULL,
	seed INTEGER NOT NULL, at INTEGER NOT NULL,
	uri TEXT NOT NULL DEFAULT '') WITHOUT ROWID; -- where a server finds it; '': embedded

-- A frozen suite is its digest; an answer is one item by one arm in one mode.
CREATE TABLE answer(
	suite TEXT NOT NULL, mode TEXT NOT NULL, model TEXT NOT NULL, item TEXT NOT NULL,
	category TEXT NOT NULL, correct INTEGER NOT NULL, margin REAL NOT NULL,
	PRIMARY KEY(suite, mode, model, item)) WITHOUT ROWID;

-- What a model behind flywheel.miner.url said of a text: notes whose quotes were found in it.
CREATE TABLE miner_answer(
	text TEXT PRIMARY KEY, -- sha256 of the message or turn
	model TEXT NOT NULL, at INTEGER NOT NULL,
	notes TEXT NOT NULL) WITHOUT ROWID; -- JSON array

-- ---- Part two: derived -----------------------------------------------------------------------

CREATE TABLE derived_table(position INTEGER PRIMARY KEY, name TEXT NOT NULL);

-- What one blob says by itself, whatever tree it stands in: parsed once per version of grammar
-- and query, encoded by src/parse/encode.c.
CREATE TABLE parse_version(id INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE);
CREATE TABLE blob_fact(
	blob BLOB NOT NULL, version INTEGER NOT NULL, facts BLOB NOT NULL); -- one row for both
CREATE INDEX blob_fact_blob ON blob_fact(substr(blob, 1, 6));
INSERT INTO derived_table VALUES(10, 'blob_fact');
INSERT INTO derived_table VALUES(11, 'parse_version');

-- What facts (kind 0) and edges (1) have in common with others: src/store/packs.c.
CREATE TABLE graph_dictionary(kind INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
INSERT INTO derived_table VALUES(16, 'graph_dictionary');

-- The graph of HEAD. A file's symbols are in its blob's facts; its edges are packed by
-- src/graph/row/pack.c, with their targets by path and "qualified name#ordinal", which do not move when
-- other code of that file does.
CREATE TABLE graph_file(
	id INTEGER PRIMARY KEY,
	path TEXT NOT NULL, path_hash INTEGER NOT NULL, -- a path is in one row only
	blob BLOB NOT NULL,
	version INTEGER NOT NULL, -- parse_version; 0: it has no facts
	language TEXT, skipped TEXT, lines INTEGER NOT NULL, symbols INTEGER NOT NULL,
	calls0 INTEGER NOT NULL, calls1 INTEGER NOT NULL, -- edges by how sure they are
	calls2 INTEGER NOT NULL, calls3 INTEGER NOT NULL,
	imports0 INTEGER NOT NULL, imports1 INTEGER NOT NULL,
	imports2 INTEGER NOT NULL, imports3 INTEGER NOT NULL, edges INTEGER NOT NULL,
	digest BLOB NOT NULL); -- 16 bytes, of its symbols and edges, their targets included
CREATE INDEX graph_file_path ON graph_file(path_hash);
CREATE TABLE graph_edge(file INTEGER PRIMARY KEY, edges BLOB NOT NULL);
-- Which files define a name, by 32 bits of its hash, of which 10 are the key: `why` asks for symbols
-- by name. src/store/graph_name.c.
CREATE TABLE graph_name(bucket INTEGER PRIMARY KEY, pairs BLOB NOT NULL);
-- A filter of the names of files that a file's imports spell and, of the languages that are resolved
-- name by name, of all names that it looks at; made by src/graph/follow/names.c.
CREATE TABLE graph_mention(file INTEGER PRIMARY KEY, names BLOB NOT NULL);
INSERT INTO derived_table VALUES(15, 'graph_mention');
INSERT INTO derived_table VALUES(12, 'graph_edge');
INSERT INTO derived_table VALUES(13, 'graph_name');
INSERT INTO derived_table VALUES(14, 'graph_file');

-- Raw training examples of the split in force, and what generated them.
CREATE TABLE example(
	id TEXT PRIMARY KEY, -- 16 hex digits: hash of kind, prompt and answer
	kind TEXT NOT NULL, prompt TEXT NOT NULL, answer TEXT NOT NULL,
	path TEXT NOT NULL, symbol TEXT NOT NULL, author TEXT NOT NULL, source TEXT NOT NULL,
	commit_id BLOB NOT NULL, blob BLOB NOT NULL, at INTEGER NOT NULL,
	cyclomatic INTEGER NOT NULL, context INTEGER NOT NULL);
CREATE TABLE example_input(hash TEXT PRIMARY KEY, raw INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE example_problem(
	position INTEGER PRIMARY KEY, place TEXT NOT NULL, message TEXT NOT NULL);
-- The last curation: one first reason per example ('' is kept), and the funnel in order.
CREATE TABLE curated(
	id TEXT PRIMARY KEY, filter TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE funnel(
	position INTEGER PRIMARY KEY, filter TEXT NOT NULL, rejected INTEGER NOT NULL,
	note TEXT NOT NULL); -- why a filter did not run, or ''
INSERT INTO derived_table VALUES(50, 'example'), (51, 'example_input'), (52, 'example_problem'),
	(53, 'curated'), (54, 'funnel');

-- Decisions: one row per occurrence of a span that gives a reason. Verdicts are not here.
CREATE TABLE decision(
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL, -- 12 hex digits of source kind and words: survives a rewrite of history
	commit_id BLOB NOT NULL, -- 20 zero bytes when none is known
	source TEXT NOT NULL, origin TEXT NOT NULL, -- "path:line", session id, or ''
	cue TEXT NOT NULL, status TEXT NOT NULL, confidence REAL NOT NULL, at INTEGER NOT NULL,
	statement TEXT NOT NULL, because TEXT NOT NULL, instead_of TEXT NOT NULL,
	evidence TEXT NOT NULL,
	consequences TEXT NOT NULL DEFAULT '', -- good and bad ones, as the source says
	UNIQUE(id, commit_id, origin));
CREATE INDEX decision_commit ON decision(commit_id);
CREATE INDEX decision_source ON decision(source, origin);
CREATE INDEX decision_kept_row ON decision(cue) WHERE cue >= 'kept ' AND cue < 'kept!';
CREATE TABLE decision_file(
	decision INTEGER NOT NULL REFERENCES decision(key) ON DELETE CASCADE, path TEXT NOT NULL,
	PRIMARY KEY(decision, path)) WITHOUT ROWID;
CREATE INDEX decision_file_path ON decision_file(path);
-- Names that look like code in the text, as written; the graph says which of them are symbols.
CREATE TABLE decision_name(
	decision INTEGER NOT NULL REFERENCES decision(key) ON DELETE CASCADE, name TEXT NOT NULL,
	PRIMARY KEY(decision, name)) WITHOUT ROWID;
CREATE INDEX decision_name_name ON decision_name(name);
CREATE TABLE decision_revert(
	by_commit BLOB NOT NULL, target BLOB NOT NULL, PRIMARY KEY(target, by_commit)) WITHOUT ROWID;
CREATE INDEX decision_revert_by ON decision_revert(by_commit);
CREATE TABLE decision_mined(source TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE decision_words USING fts5(
	statement, because, instead_of, evidence, content = 'decision', content_rowid = 'key',
	tokenize = "unicode61 tokenchars '_'");
CREATE TRIGGER decision_added AFTER INSERT ON decision BEGIN
	INSERT INTO decision_words(rowid, statement, because, instead_of, evidence)
	VALUES(new.key, new.statement, new.because, new.instead_of, new.evidence);
END;
CREATE TRIGGER decision_removed AFTER DELETE ON decision BEGIN
	INSERT INTO decision_words(decision_words, rowid, statement, because, instead_of, evidence)
	VALUES('delete', old.key, old.statement, old.because, old.instead_of, old.evidence);
END;
-- What a later decision or the code says of one. `by`: the later decision, or the symbol.
CREATE TABLE decision_state(
	id TEXT PRIMARY KEY, state TEXT NOT NULL, by_what TEXT NOT NULL,
	at INTEGER NOT NULL) WITHOUT ROWID; -- when it was said; 0: it shows in the code
-- What a decision record says of another one: 'superseded' by it, or that it 'supersedes' it.
CREATE TABLE decision_refer(
	path TEXT NOT NULL, relation TEXT NOT NULL, target TEXT NOT NULL,
	PRIMARY KEY(path, relation, target)) WITHOUT ROWID;
-- A symbol that a decision of a commit speaks about: what it was then (hashes of its tokens), what it
-- is now, and how much of it is left: 1 is all, 0 where it is gone.
CREATE TABLE decision_anchor(
	commit_id BLOB NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL,
	old BLOB NOT NULL, now INTEGER NOT NULL, same REAL NOT NULL,
	PRIMARY KEY(commit_id, path, name)) WITHOUT ROWID;
-- Commits of kept decisions that are in HEAD's history.
CREATE TABLE decision_here(commit_id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TRIGGER decision_changed AFTER UPDATE OF statement, because, instead_of ON decision BEGIN
	INSERT INTO decision_words(decision_words, rowid, statement, because, instead_of, evidence)
	VALUES('delete', old.key, old.statement, old.because, old.instead_of, old.evidence);
	INSERT INTO decision_words(rowid, statement, because, instead_of, evidence)
	VALUES(new.key, new.statement, new.because, new.instead_of, new.evidence);
END;
INSERT INTO derived_table VALUES(40, 'decision');
INSERT INTO derived_table VALUES(41, 'decision_revert');
INSERT INTO derived_table VALUES(42, 'decision_mined');
INSERT INTO derived_table VALUES(43, 'decision_state');
INSERT INTO derived_table VALUES(44, 'decision_anchor');
INSERT INTO derived_table VALUES(45, 'decision_here');
INSERT INTO derived_table VALUES(46, 'decision_refer');

-- Lines that assistants wrote, by edit or by what a note or trailer of a commit claims of one file,
-- and what became of them in the history of HEAD.
CREATE TABLE origin(
	id INTEGER PRIMARY KEY,
	turn INTEGER NOT NULL, position INTEGER NOT NULL, -- of the edit; turn 0: no transcript
	at INTEGER NOT NULL,
	evidence TEXT NOT NULL, -- edit, write, note, trailer
	path TEXT NOT NULL, tool TEXT NOT NULL, model TEXT NOT NULL,
	fate BLOB NOT NULL); -- its lines, encoded by src/conversation/fate.c
-- What following them knew after so many commits (state), in parts, encoded by
-- src/conversation/fate_state.c: from there it goes on.
CREATE TABLE walk_state(
	state INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL,
	PRIMARY KEY(state, part)) WITHOUT ROWID;
INSERT INTO derived_table VALUES(33, 'walk_state');
-- From a turn to what it has to do with.
CREATE TABLE talk_link(
	turn INTEGER NOT NULL,
	reason TEXT NOT NULL, -- edit, time, touch, place, commit, note
	path TEXT NOT NULL, symbol TEXT NOT NULL, -- '' where there is none
	commit_id BLOB NOT NULL, -- 20 zero bytes: none
	confidence REAL NOT NULL,
	PRIMARY KEY(turn, reason, path, symbol, commit_id)) WITHOUT ROWID;
CREATE INDEX talk_link_path ON talk_link(path);
CREATE INDEX talk_link_symbol ON talk_link(symbol);
CREATE INDEX talk_link_commit ON talk_link(commit_id);
-- Words of a turn that may name code, as written: what they name is asked of HEAD's graph.
CREATE TABLE talk_mention(
	word TEXT NOT NULL, kind TEXT NOT NULL, -- n: a name, p: a path, c: a commit's id, s: a patch's subject
	turn INTEGER NOT NULL, PRIMARY KEY(word, kind, turn)) WITHOUT ROWID;
INSERT INTO derived_table VALUES(30, 'origin'), (31, 'talk_link'), (32, 'talk_mention');

-- Versions of files: which commit of HEAD's history made which blob. Numbers are never given twice,
-- and a parent's is lower; rows of a commit that left the history have no number any more.
CREATE TABLE version_commit(
	number INTEGER PRIMARY KEY AUTOINCREMENT, commit_id BLOB NOT NULL UNIQUE);
CREATE TABLE version_path(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE version(
	path INTEGER NOT NULL, number INTEGER NOT NULL, blob BLOB NOT NULL,
	old INTEGER NOT NULL, other INTEGER NOT NULL, -- the parents' blobs: 8 bytes; 0: none
	PRIMARY KEY(path, number)) WITHOUT ROWID;
INSERT INTO derived_table VALUES(47, 'version');
INSERT INTO derived_table VALUES(48, 'version_commit');
INSERT INTO derived_table VALUES(49, 'version_path');

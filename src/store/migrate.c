/* The sidecar's schema: made whole in a new one, brought up step by step in an older one. */
#include "store/query.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>

extern const char schema_sql[];

/* From version i + 1 to the next. What a step adds stands in schema.sql as well. */
static const char *const migrations[] = {
	"ALTER TABLE run ADD COLUMN origin TEXT NOT NULL DEFAULT 'person';"
	"ALTER TABLE run ADD COLUMN ref TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE run ADD COLUMN next_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN trainer TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE run ADD COLUMN key TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE run ADD COLUMN remote TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE run ADD COLUMN submitted INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN cancel INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN notified INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN cost REAL NOT NULL DEFAULT 0;"
	"CREATE INDEX run_state ON run(state, next_at);"
	"UPDATE run SET notified = 1 WHERE state IN ('done', 'failed');"
	"ALTER TABLE model ADD COLUMN uri TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE push(id INTEGER PRIMARY KEY, remote TEXT NOT NULL, url TEXT NOT NULL,"
	" ref TEXT NOT NULL, oid BLOB NOT NULL, pid INTEGER NOT NULL, pid_start INTEGER NOT NULL,"
	" at INTEGER NOT NULL, next_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
	" state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', spool TEXT NOT NULL UNIQUE);",
	"CREATE TABLE decision_kept( "
	"id TEXT PRIMARY KEY, commit_id BLOB NOT NULL, "
	"source TEXT NOT NULL, origin TEXT NOT NULL, cue TEXT NOT NULL, confidence REAL NOT NULL, "
	"at INTEGER NOT NULL, statement TEXT NOT NULL, because TEXT NOT NULL, "
	"instead_of TEXT NOT NULL, evidence TEXT NOT NULL, "
	"files TEXT NOT NULL, names TEXT NOT NULL, "
	"edited INTEGER NOT NULL DEFAULT 0, "
	"kind TEXT NOT NULL "
	") WITHOUT ROWID; "
	"CREATE TABLE decision_link( "
	"id TEXT NOT NULL, relation TEXT NOT NULL, target TEXT NOT NULL, at INTEGER NOT NULL, "
	"PRIMARY KEY(id, relation, target)) WITHOUT ROWID; "
	"CREATE TABLE decision_state( "
	"id TEXT PRIMARY KEY, state TEXT NOT NULL, by_what TEXT NOT NULL) WITHOUT ROWID; "
	"CREATE TABLE decision_anchor( "
	"id TEXT NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, old BLOB NOT NULL, new BLOB NOT "
	"NULL, "
	"same REAL NOT NULL, PRIMARY KEY(id, path, name)) WITHOUT ROWID; "
	"CREATE TRIGGER decision_changed AFTER UPDATE OF statement, because, instead_of ON "
	"decision BEGIN "
	"INSERT INTO decision_words(decision_words, rowid, statement, because, instead_of, "
	"evidence) "
	"VALUES('delete', old.key, old.statement, old.because, old.instead_of, old.evidence); "
	"INSERT INTO decision_words(rowid, statement, because, instead_of, evidence) "
	"VALUES(new.key, new.statement, new.because, new.instead_of, new.evidence); "
	"END; "
	"INSERT INTO derived_table VALUES(43, 'decision_state'); "
	"INSERT INTO derived_table VALUES(44, 'decision_anchor'); ",
	"CREATE TABLE old_edit AS SELECT turn, path, text,"
	" row_number() OVER (PARTITION BY turn ORDER BY rowid) - 1 AS position FROM turn_edit;"
	"DROP TABLE turn_edit;"
	"ALTER TABLE turn RENAME TO old_turn;"
	"DROP INDEX turn_session;"
	"CREATE TABLE turn(id INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL UNIQUE,"
	" source TEXT NOT NULL, session TEXT NOT NULL, role TEXT NOT NULL, at INTEGER NOT NULL,"
	" branch TEXT NOT NULL DEFAULT '', text TEXT NOT NULL, parent TEXT NOT NULL DEFAULT '',"
	" tool TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '');"
	"INSERT INTO turn(id, record, source, session, role, at, branch, text, tool)"
	" SELECT id, record, source, session, role, at, branch, text,"
	" CASE role WHEN 'assistant' THEN source ELSE '' END FROM old_turn;"
	"DROP TABLE old_turn;"
	"CREATE INDEX turn_session ON turn(session, at);"
	"CREATE TABLE turn_edit(turn INTEGER NOT NULL REFERENCES turn(id) ON DELETE CASCADE,"
	" position INTEGER NOT NULL DEFAULT 0, path TEXT NOT NULL, text TEXT NOT NULL, old TEXT,"
	" call TEXT NOT NULL DEFAULT '', action TEXT NOT NULL DEFAULT '',"
	" outcome TEXT NOT NULL DEFAULT '', PRIMARY KEY(turn, position)) WITHOUT ROWID;"
	"INSERT INTO turn_edit(turn, position, path, text)"
	" SELECT turn, position, path, text FROM old_edit;"
	"DROP TABLE old_edit;"
	"CREATE INDEX turn_edit_path ON turn_edit(path);"
	"CREATE INDEX turn_edit_call ON turn_edit(call) WHERE call <> '';"
	"CREATE TABLE turn_anchor(turn INTEGER NOT NULL REFERENCES turn(id) ON DELETE CASCADE,"
	" position INTEGER NOT NULL DEFAULT 0, path TEXT NOT NULL DEFAULT '',"
	" line INTEGER NOT NULL DEFAULT 0, commit_id TEXT NOT NULL DEFAULT '',"
	" PRIMARY KEY(turn, position)) WITHOUT ROWID;",
	/* The graph is made again from nothing: until then the index stands for no commit. */
	"DROP TABLE graph_edge; DROP TABLE graph_symbol; DROP TABLE graph_file;"
	"DROP TABLE graph_text; DELETE FROM blob_fact; DELETE FROM parse_version;"
	"DELETE FROM meta WHERE key = 'graph.head';"
	"CREATE TABLE graph_file(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
	" blob BLOB NOT NULL, version INTEGER NOT NULL, language TEXT, skipped TEXT,"
	" lines INTEGER NOT NULL, symbols INTEGER NOT NULL,"
	" calls0 INTEGER NOT NULL, calls1 INTEGER NOT NULL,"
	" calls2 INTEGER NOT NULL, calls3 INTEGER NOT NULL,"
	" imports0 INTEGER NOT NULL, imports1 INTEGER NOT NULL,"
	" imports2 INTEGER NOT NULL, imports3 INTEGER NOT NULL, digest BLOB NOT NULL);"
	"CREATE TABLE graph_edge(file INTEGER PRIMARY KEY, edges BLOB NOT NULL);"
	"CREATE TABLE graph_name(name INTEGER NOT NULL, file INTEGER NOT NULL,"
	" PRIMARY KEY(name, file)) WITHOUT ROWID;"
	"DELETE FROM derived_table WHERE position IN (13, 15);"
	"INSERT INTO derived_table VALUES(13, 'graph_name');",
	"CREATE TABLE commit_rewrite(old BLOB NOT NULL, new BLOB NOT NULL, how TEXT NOT NULL, "
	"at INTEGER NOT NULL, PRIMARY KEY(old, new)) WITHOUT ROWID; "
	"DROP TABLE decision_anchor; "
	"CREATE TABLE decision_anchor(commit_id BLOB NOT NULL, path TEXT NOT NULL, name TEXT NOT "
	"NULL, old BLOB NOT NULL, now INTEGER NOT NULL, same REAL NOT NULL, "
	"PRIMARY KEY(commit_id, path, name)) WITHOUT ROWID; "
	"CREATE TABLE decision_here(commit_id BLOB PRIMARY KEY) WITHOUT ROWID; "
	"INSERT INTO derived_table VALUES(45, 'decision_here'); "
	"ALTER TABLE decision_kept ADD COLUMN consequences TEXT NOT NULL DEFAULT ''; "
	"ALTER TABLE decision_kept ADD COLUMN seen BLOB NOT NULL DEFAULT x''; "
	"ALTER TABLE decision ADD COLUMN consequences TEXT NOT NULL DEFAULT ''; "
	"CREATE INDEX decision_kept_row ON decision(cue) WHERE cue >= 'kept ' AND cue < 'kept!'; "
	"DROP TABLE decision_state; "
	"CREATE TABLE decision_state(id TEXT PRIMARY KEY, state TEXT NOT NULL, "
	"by_what TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID; "
	"CREATE TABLE decision_refer(path TEXT NOT NULL, relation TEXT NOT NULL, "
	"target TEXT NOT NULL, PRIMARY KEY(path, relation, target)) WITHOUT ROWID; "
	"INSERT INTO derived_table VALUES(46, 'decision_refer'); "
	"DELETE FROM decision_mined WHERE source = 'adr'; ",
	"CREATE TABLE origin( "
	"id INTEGER PRIMARY KEY, "
	"turn INTEGER NOT NULL, position INTEGER NOT NULL, "
	"at INTEGER NOT NULL, "
	"evidence TEXT NOT NULL, "
	"path TEXT NOT NULL, tool TEXT NOT NULL, model TEXT NOT NULL, "
	"fate BLOB NOT NULL); "
	"CREATE TABLE talk_link( "
	"turn INTEGER NOT NULL, "
	"reason TEXT NOT NULL, "
	"path TEXT NOT NULL, symbol TEXT NOT NULL, "
	"commit_id BLOB NOT NULL, "
	"confidence REAL NOT NULL, "
	"PRIMARY KEY(turn, reason, path, symbol, commit_id)) WITHOUT ROWID; "
	"CREATE INDEX talk_link_path ON talk_link(path); "
	"CREATE INDEX talk_link_symbol ON talk_link(symbol); "
	"CREATE INDEX talk_link_commit ON talk_link(commit_id); "
	"CREATE TABLE talk_mention( "
	"word TEXT NOT NULL, kind TEXT NOT NULL, "
	"turn INTEGER NOT NULL, PRIMARY KEY(word, kind, turn)) WITHOUT ROWID; "
	"INSERT INTO derived_table VALUES(30, 'origin'), (31, 'talk_link'), (32, 'talk_mention'); ",
	"DELETE FROM graph_edge; DELETE FROM graph_name; DROP TABLE graph_file;"
	"DELETE FROM meta WHERE key = 'graph.head';"
	"CREATE TABLE graph_file(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
	" blob BLOB NOT NULL, version INTEGER NOT NULL, language TEXT, skipped TEXT,"
	" lines INTEGER NOT NULL, symbols INTEGER NOT NULL,"
	" calls0 INTEGER NOT NULL, calls1 INTEGER NOT NULL,"
	" calls2 INTEGER NOT NULL, calls3 INTEGER NOT NULL,"
	" imports0 INTEGER NOT NULL, imports1 INTEGER NOT NULL,"
	" imports2 INTEGER NOT NULL, imports3 INTEGER NOT NULL, edges INTEGER NOT NULL,"
	" digest BLOB NOT NULL);",
	"ALTER TABLE turn_anchor ADD COLUMN last INTEGER NOT NULL DEFAULT 0;",
	"CREATE TABLE miner_answer(text TEXT PRIMARY KEY, model TEXT NOT NULL, at INTEGER NOT NULL,"
	" notes TEXT NOT NULL) WITHOUT ROWID;",
	"CREATE TABLE version_commit(number INTEGER PRIMARY KEY AUTOINCREMENT, "
	"commit_id BLOB NOT NULL UNIQUE); "
	"CREATE TABLE version_path(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE); "
	"CREATE TABLE version(path INTEGER NOT NULL, number INTEGER NOT NULL, blob BLOB NOT NULL, "
	"old INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY(path, number)) WITHOUT ROWID; "
	"INSERT INTO derived_table VALUES(47, 'version'); "
	"INSERT INTO derived_table VALUES(48, 'version_commit'); "
	"INSERT INTO derived_table VALUES(49, 'version_path'); ",
	/* A digest that none is has each file written again, with what it mentions. */
	"CREATE TABLE graph_mention(file INTEGER PRIMARY KEY, names BLOB NOT NULL);"
	"INSERT INTO derived_table VALUES(15, 'graph_mention');"
	"UPDATE graph_file SET digest = x''; DELETE FROM meta WHERE key = 'graph.head';",
	/* The same: files that imports spell are mentioned now. */
	"UPDATE graph_file SET digest = x''; DELETE FROM meta WHERE key = 'graph.head';",
	/* Facts and edges are packed otherwise: both are made again. */
	"CREATE TABLE graph_dictionary(kind INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
	"INSERT INTO derived_table VALUES(16, 'graph_dictionary');"
	"DELETE FROM blob_fact; DELETE FROM parse_version; DELETE FROM graph_edge;"
	"DELETE FROM graph_name; DELETE FROM graph_mention; DELETE FROM graph_file;"
	"DELETE FROM meta WHERE key = 'graph.head';",
	/* Paths and names lie otherwise: the graph is made again of the facts. */
	"DROP TABLE graph_file; DROP TABLE graph_name;"
	"CREATE TABLE graph_file(id INTEGER PRIMARY KEY, path TEXT NOT NULL,"
	" path_hash INTEGER NOT NULL, blob BLOB NOT NULL, version INTEGER NOT NULL,"
	" language TEXT, skipped TEXT, lines INTEGER NOT NULL, symbols INTEGER NOT NULL,"
	" calls0 INTEGER NOT NULL, calls1 INTEGER NOT NULL,"
	" calls2 INTEGER NOT NULL, calls3 INTEGER NOT NULL,"
	" imports0 INTEGER NOT NULL, imports1 INTEGER NOT NULL,"
	" imports2 INTEGER NOT NULL, imports3 INTEGER NOT NULL, edges INTEGER NOT NULL,"
	" digest BLOB NOT NULL);"
	"CREATE INDEX graph_file_path ON graph_file(path_hash);"
	"CREATE TABLE graph_name(bucket INTEGER PRIMARY KEY, pairs BLOB NOT NULL);"
	"DELETE FROM graph_edge; DELETE FROM graph_mention;"
	"DELETE FROM meta WHERE key = 'graph.head';",
	"DROP INDEX blob_fact_blob;"
	"CREATE INDEX blob_fact_blob ON blob_fact(substr(blob, 1, 6));",
	"CREATE TABLE walk_state(state INTEGER NOT NULL, part INTEGER NOT NULL,"
	" bytes BLOB NOT NULL, PRIMARY KEY(state, part)) WITHOUT ROWID;"
	"INSERT INTO derived_table VALUES(33, 'walk_state');"
	"DELETE FROM decision_mined WHERE source = 'link';",
};

#define SCHEMA_VERSION ((int)ARRAY_SIZE(migrations) + 1)

/* Asked again under the lock: two programs may both have found an empty file, or an older one. */
static int bring_up(struct store *store)
{
	char *sql = xstrfmt("PRAGMA user_version = %d", SCHEMA_VERSION);
	int version = 0;
	int rc = store_begin(store);

	if (!rc)
		rc = store_version(store, &version);
	if (!rc && !version)
		rc = store_exec(store, schema_sql);
	for (int i = version; !rc && i && i < SCHEMA_VERSION; i++)
		rc = store_exec(store, migrations[i - 1]);
	if (!rc && version < SCHEMA_VERSION)
		rc = store_exec(store, sql);
	free(sql);
	if (rc)
		store_rollback(store);
	return rc ? rc : store_commit(store);
}

int store_migrate(struct store *store)
{
	int version = 0;
	int rc = store_version(store, &version);

	if (!rc && version >= 0 && version < SCHEMA_VERSION)
		return bring_up(store);
	if (rc || version <= SCHEMA_VERSION)
		return rc;
	return fail(E_UNSUPPORTED,
		"the sidecar in '%s' was written by a newer git flywheel (schema %d, this "
		"one knows %d): update git flywheel",
		store_folder(store), version, SCHEMA_VERSION);
}

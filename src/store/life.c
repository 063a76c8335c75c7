/* SQL of a decision's life: kept words, verdicts, links, rewritten commits, states, anchors. */
#include "flywheel/store_life.h"
#include "store/query.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

int store_kept_put(struct store *store, const struct kept_row *kept)
{
	const struct decision_row *row = &kept->row;
	struct query *query = query_open(store,
		"INSERT OR REPLACE INTO decision_kept(id, commit_id, source, origin, cue, "
		"confidence, at, statement, because, instead_of, evidence, files, names, edited, "
		"kind, consequences, seen) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
		"?12, ?13, ?14, ?15, ?16, ?17)");

	query_bind_text(query, 1, row->id);
	query_bind_blob(query, 2, row->commit.raw, OID_RAW);
	query_bind_text(query, 3, row->source);
	query_bind_text(query, 4, row->origin);
	query_bind_text(query, 5, row->cue);
	query_bind_real(query, 6, row->confidence);
	query_bind_number(query, 7, row->at);
	query_bind_text(query, 8, row->statement);
	query_bind_text(query, 9, row->because);
	query_bind_text(query, 10, row->instead_of);
	query_bind_text(query, 11, row->evidence);
	query_bind_text(query, 12, kept->files);
	query_bind_text(query, 13, kept->names);
	query_bind_number(query, 14, kept->edited);
	query_bind_text(query, 15, kept->kind);
	query_bind_text(query, 16, row->consequences ? row->consequences : "");
	query_bind_blob(query, 17, kept->seen.raw, oid_is_zero(&kept->seen) ? 0 : OID_RAW);
	query_run(query);
	return query_close(query);
}

static int run_texts(struct store *store, const char *sql, const char *first, const char *second)
{
	struct query *query = query_open(store, sql);

	query_bind_text(query, 1, first);
	if (second)
		query_bind_text(query, 2, second);
	query_run(query);
	return query_close(query);
}

int store_kept_drop(struct store *store, const char *id)
{
	return run_texts(store, "DELETE FROM decision_kept WHERE id = ?1", id, NULL);
}

static void load_oid(struct query *query, int column, struct oid *out)
{
	size_t len;
	const void *raw = query_blob(query, column, &len);

	memset(out, 0, sizeof(*out));
	if (len == OID_RAW)
		memcpy(out->raw, raw, OID_RAW);
}

static int each_kept(struct query *query, kept_fn fn, void *payload)
{
	int rc = 0, closed;

	while (!rc && query_next(query)) {
		struct kept_row kept = {.row = {.id = query_text(query, 0),
						.source = query_text(query, 2),
						.origin = query_text(query, 3),
						.cue = query_text(query, 4),
						.confidence = query_real(query, 5),
						.at = query_number(query, 6),
						.statement = query_text(query, 7),
						.because = query_text(query, 8),
						.instead_of = query_text(query, 9),
						.evidence = query_text(query, 10)},
			.files = query_text(query, 11),
			.names = query_text(query, 12),
			.edited = query_number(query, 13) != 0,
			.kind = query_text(query, 14),
			.verdict = query_is_null(query, 15) ? "" : query_text(query, 15),
			.judged_at = query_number(query, 16)};

		kept.row.consequences = query_text(query, 17);
		load_oid(query, 1, &kept.row.commit);
		load_oid(query, 18, &kept.seen);
		rc = fn(&kept, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

#define KEPT_COLUMNS                                                                               \
	"SELECT k.id, k.commit_id, k.source, k.origin, k.cue, k.confidence, k.at, k.statement, "   \
	"k.because, k.instead_of, k.evidence, k.files, k.names, k.edited, k.kind, v.verdict, "     \
	"v.at, k.consequences, k.seen FROM decision_kept k "

int store_kept_each(struct store *store, const char *id, kept_fn fn, void *payload)
{
	struct query *query = query_open(store,
		KEPT_COLUMNS "LEFT JOIN verdict v ON v.subject = 'decision' AND v.id = k.id "
			     "WHERE ?1 IS NULL OR k.id = ?1 ORDER BY k.id");

	query_bind_text(query, 1, id);
	return each_kept(query, fn, payload);
}

int store_said_each(struct store *store, kept_fn fn, void *payload)
{
	return each_kept(query_open(store, KEPT_COLUMNS
				 "JOIN verdict v ON v.subject = 'decision' AND v.id = k.id "
				 "WHERE v.verdict IN ('accepted', 'rejected') ORDER BY v.at, k.id"),
		fn, payload);
}

int store_verdict_get(
	struct store *store, const char *id, char **verdict, char **reason, int64_t *at)
{
	struct query *query = query_open(store,
		"SELECT verdict, reason, at FROM verdict WHERE subject = 'decision' AND id = ?1");
	int rc;

	*verdict = *reason = NULL;
	query_bind_text(query, 1, id);
	if (query_next(query)) {
		*verdict = xstrdup(query_text(query, 0));
		*reason = xstrdup(query_text(query, 1));
		*at = query_number(query, 2);
	}
	rc = query_close(query);
	return rc || *verdict ? rc : fail(E_NOTFOUND, "nobody judged '%s'", id);
}

int store_link_put(
	struct store *store, const char *id, const char *relation, const char *target, int64_t at)
{
	struct query *query =
		query_open(store, "INSERT OR REPLACE INTO decision_link VALUES(?1, ?2, ?3, ?4)");

	query_bind_text(query, 1, id);
	query_bind_text(query, 2, relation);
	query_bind_text(query, 3, target);
	query_bind_number(query, 4, at);
	query_run(query);
	return query_close(query);
}

int store_link_drop(struct store *store, const char *id, const char *relation, const char *target,
	bool *dropped)
{
	struct query *query = query_open(store, "DELETE FROM decision_link WHERE id = ?1 AND "
						"(?2 IS NULL OR relation = ?2) AND target = ?3");
	int rc;

	query_bind_text(query, 1, id);
	query_bind_text(query, 2, relation);
	query_bind_text(query, 3, target);
	rc = query_run(query);
	*dropped = !rc && store_changes(store) > 0;
	query_close(query);
	if (!rc && *dropped)
		rc = run_texts(store,
			"DELETE FROM decision_file WHERE path = ?2 AND decision IN "
			"(SELECT key FROM decision WHERE id = ?1)",
			id, target);
	if (!rc && *dropped)
		rc = run_texts(store,
			"DELETE FROM decision_name WHERE name = ?2 AND decision IN "
			"(SELECT key FROM decision WHERE id = ?1)",
			id, target);
	return rc;
}

int store_link_each(struct store *store, const char *id, link_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT id, relation, target, at FROM decision_link WHERE ?1 IS NULL OR id = ?1 OR "
		"(target = ?1 AND relation IN ('supersedes', 'contradicts', 'related')) "
		"ORDER BY id <> ?1, relation, target, id");
	int rc = 0, closed;

	query_bind_text(query, 1, id);
	while (!rc && query_next(query))
		rc = fn(query_text(query, 0), query_text(query, 1), query_text(query, 2),
			query_number(query, 3), payload);
	closed = query_close(query);
	return rc ? rc : closed;
}

int store_rewrite_add(struct store *store, const struct oid *old, const struct oid *new,
	const char *how, int64_t at, bool *added)
{
	struct query *query;
	int rc;

	*added = false;
	if (oid_equal(old, new))
		return 0;
	query = query_open(store, "INSERT OR IGNORE INTO commit_rewrite VALUES(?1, ?2, ?3, ?4)");
	query_bind_blob(query, 1, old->raw, OID_RAW);
	query_bind_blob(query, 2, new->raw, OID_RAW);
	query_bind_text(query, 3, how);
	query_bind_number(query, 4, at);
	rc = query_run(query);
	*added = !rc && store_changes(store) > 0;
	return query_close(query);
}

int store_rewrite_each(struct store *store, rewrite_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT old, new, how FROM commit_rewrite ORDER BY old, new");
	int rc = 0, closed;

	while (!rc && query_next(query)) {
		struct oid old, new;

		load_oid(query, 0, &old);
		load_oid(query, 1, &new);
		rc = fn(&old, &new, query_text(query, 2), payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int store_here_clear(struct store *store)
{
	return store_exec(store, "DELETE FROM decision_here");
}

static int run_oid(struct store *store, const char *sql, const struct oid *oid)
{
	struct query *query = query_open(store, sql);

	query_bind_blob(query, 1, oid->raw, OID_RAW);
	query_run(query);
	return query_close(query);
}

int store_here_add(struct store *store, const struct oid *commit)
{
	return run_oid(store, "INSERT OR IGNORE INTO decision_here VALUES(?1)", commit);
}

int store_here_drop(struct store *store, const struct oid *commit)
{
	return run_oid(store, "DELETE FROM decision_here WHERE commit_id = ?1", commit);
}

bool store_here_has(struct store *store, const struct oid *commit)
{
	struct query *query = query_open(store, "SELECT 1 FROM decision_here WHERE commit_id = ?1");
	bool found;

	query_bind_blob(query, 1, commit->raw, OID_RAW);
	found = query_next(query);
	return !query_close(query) && found;
}

int store_life_clear(struct store *store)
{
	return store_exec(store, "DELETE FROM decision WHERE cue >= 'kept ' AND cue < 'kept!';"
				 "DELETE FROM decision WHERE id IN (SELECT id FROM verdict "
				 "	WHERE subject = 'decision' AND verdict = 'forgotten')");
}

int store_life_edit(struct store *store)
{
	return store_exec(store,
		"UPDATE decision SET statement = k.statement, because = k.because, "
		"instead_of = k.instead_of, consequences = k.consequences FROM decision_kept k "
		"WHERE k.id = decision.id AND k.edited AND (decision.statement, decision.because, "
		"decision.instead_of, decision.consequences) <> "
		"(k.statement, k.because, k.instead_of, k.consequences)");
}

int store_life_link(struct store *store)
{
	return store_exec(store,
		"INSERT OR IGNORE INTO decision_file SELECT d.key, l.target FROM decision_link l "
		"JOIN decision d ON d.id = l.id WHERE l.relation = 'file';"
		"INSERT OR IGNORE INTO decision_name SELECT d.key, l.target FROM decision_link l "
		"JOIN decision d ON d.id = l.id WHERE l.relation = 'symbol'");
}

bool store_decision_is_on(struct store *store, const char *id, const struct oid *commit)
{
	struct query *query = query_open(store, "SELECT 1 FROM decision WHERE id = ?1 AND "
						"(?2 IS NULL OR commit_id = ?2)");
	bool found;

	query_bind_text(query, 1, id);
	query_bind_blob(query, 2, commit ? commit->raw : NULL, OID_RAW);
	found = query_next(query);
	return !query_close(query) && found;
}

int store_life_each(struct store *store, life_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT d.id, d.source, d.origin, d.statement, d.instead_of, v.verdict, "
		"(SELECT group_concat(path, char(10)) FROM decision_file f WHERE f.decision = "
		"d.key), "
		"(SELECT group_concat(name, char(10)) FROM decision_name n WHERE n.decision = "
		"d.key), "
		"d.at, v.at, d.commit_id, k.seen FROM decision d "
		"LEFT JOIN verdict v ON v.subject = 'decision' AND v.id = d.id "
		"LEFT JOIN decision_kept k ON k.id = d.id WHERE NOT EXISTS(SELECT 1 FROM decision "
		"o "
		"WHERE o.id = d.id AND (o.commit_id = zeroblob(20), o.at, o.commit_id, o.origin) < "
		"(d.commit_id = zeroblob(20), d.at, d.commit_id, d.origin)) ORDER BY d.at, d.id");
	int rc = 0, closed;

	while (!rc && query_next(query)) {
		struct life_item item = {.id = query_text(query, 0),
			.source = query_text(query, 1),
			.origin = query_text(query, 2),
			.statement = query_text(query, 3),
			.instead_of = query_text(query, 4),
			.verdict = query_is_null(query, 5) ? "" : query_text(query, 5),
			.files = query_is_null(query, 6) ? "" : query_text(query, 6),
			.names = query_is_null(query, 7) ? "" : query_text(query, 7),
			.at = query_number(query, 8),
			.judged_at = query_number(query, 9)};

		load_oid(query, 10, &item.commit);
		load_oid(query, 11, &item.seen);
		rc = fn(&item, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int store_state_clear(struct store *store)
{
	return store_exec(store, "DELETE FROM decision_state");
}

int store_state_put(
	struct store *store, const char *id, const char *state, const char *by, int64_t at)
{
	struct query *query =
		query_open(store, "INSERT OR IGNORE INTO decision_state VALUES(?1, ?2, ?3, ?4)");

	query_bind_text(query, 1, id);
	query_bind_text(query, 2, state);
	query_bind_text(query, 3, by);
	query_bind_number(query, 4, at);
	query_run(query);
	return query_close(query);
}

int store_refer_put(struct store *store, const char *path, const char *relation, const char *target)
{
	struct query *query =
		query_open(store, "INSERT OR IGNORE INTO decision_refer VALUES(?1, ?2, ?3)");

	query_bind_text(query, 1, path);
	query_bind_text(query, 2, relation);
	query_bind_text(query, 3, target);
	query_run(query);
	return query_close(query);
}

int store_refer_drop(struct store *store, const char *path)
{
	return run_texts(
		store, "DELETE FROM decision_refer WHERE ?1 IS NULL OR path = ?1", path, NULL);
}

int store_refer_each(struct store *store, link_fn fn, void *payload)
{
	struct query *query = query_open(
		store, "SELECT path, relation, target, 0 FROM decision_refer ORDER BY 1, 2, 3");
	int rc = 0, closed;

	while (!rc && query_next(query))
		rc = fn(query_text(query, 0), query_text(query, 1), query_text(query, 2),
			query_number(query, 3), payload);
	closed = query_close(query);
	return rc ? rc : closed;
}

int store_anchor_put(struct store *store, const struct anchor_row *anchor)
{
	struct query *query = query_open(store, "INSERT OR REPLACE INTO decision_anchor "
						"VALUES(?1, ?2, ?3, ?4, ?5, ?6)");

	query_bind_blob(query, 1, anchor->commit.raw, OID_RAW);
	query_bind_text(query, 2, anchor->path);
	query_bind_text(query, 3, anchor->name);
	query_bind_blob(query, 4, anchor->old ? anchor->old : "", anchor->old_len);
	query_bind_number(query, 5, anchor->now);
	query_bind_real(query, 6, anchor->same);
	query_run(query);
	return query_close(query);
}

int store_anchor_each(struct store *store, anchor_fn fn, void *payload)
{
	struct query *query = query_open(store, "SELECT commit_id, path, name, old, now, same FROM "
						"decision_anchor ORDER BY 1, 2, 3");
	int rc = 0, closed;

	while (!rc && query_next(query)) {
		struct anchor_row anchor = {.path = query_text(query, 1),
			.name = query_text(query, 2),
			.now = query_number(query, 4),
			.same = query_real(query, 5)};

		load_oid(query, 0, &anchor.commit);
		anchor.old = query_blob(query, 3, &anchor.old_len);
		rc = fn(&anchor, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

/* A file of HEAD's graph out of the sidecar: its facts, and its edges over them. */
#include "graph/internal.h"
#include "graph/row/pack.h"

#include "util/error.h"

int stored_facts(struct store_facts *stored, const struct store_graph_file *file, struct facts *out)
{
	struct buf bytes = BUF_INIT;
	int rc = 0;

	*out = (struct facts){.text = NULL};
	if (!file->version)
		return 0;
	if (store_facts_read(stored, file->blob, file->version, &bytes))
		rc = facts_decode(bytes.ptr, bytes.len, out);
	else
		rc = fail(E_INVALID, "the facts of '%s' are missing: run `git flywheel rebuild`",
			file->path);
	buf_release(&bytes);
	return rc;
}

int stored_edges(struct session *session, const struct store_graph_file *file,
	const struct facts *facts, store_graph_edge_fn fn, void *payload)
{
	struct buf bytes = BUF_INIT;
	int rc = store_graph_edges(session->store, file->id, &bytes);

	if (!rc && bytes.len)
		rc = edges_unpack(bytes.ptr, bytes.len, file->path, facts, fn, payload);
	buf_release(&bytes);
	return rc;
}

void fact_row(const struct facts *facts, uint32_t at, struct store_graph_symbol *out)
{
	const struct fact_definition *in = &facts->definitions[at];

	*out = (struct store_graph_symbol){.position = at,
		.parent = in->parent == PARSE_NONE ? -1 : (int64_t)in->parent,
		.kind = in->kind,
		.name = facts->text + in->name,
		.qualified = facts->text + in->qualified,
		.signature = facts->text + in->signature,
		.line = in->line,
		.end_line = in->end_line,
		.start = in->start,
		.end = in->end,
		.cyclomatic = in->cyclomatic,
		.cognitive = in->cognitive,
		.nesting = in->nesting,
		.parameters = in->parameters,
		.body = (int64_t)in->body};
}

/* Why is it like this? A recorded decision, with its reason and the alternative that lost. */
#include "example/internal.h"

#include "flywheel/decision.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct deciding {
	struct generator *generator;
	struct map trained; /* commits up to the cutoff */
};

static int on_commit(const struct commit *commit, void *payload)
{
	map_put(payload, (const char *)commit->id.raw, OID_RAW, NULL);
	return 0;
}

/* A comment or ADR has a place, "path:line": its words must stand in the tree at the cutoff. */
static bool stands_at_cutoff(struct generator *generator, const struct decision *decision)
{
	const char *colon = strrchr(decision->origin, ':');
	char *path = xstrndup(decision->origin,
		colon ? (size_t)(colon - decision->origin) : strlen(decision->origin));
	struct buf text = BUF_INIT;
	struct oid blob;
	char *words = xstrndup(decision->evidence, strcspn(decision->evidence, "\n"));
	bool good = *words &&
		    !repo_tree_file(generator->session->repo, &generator->split->cutoff_tree, path,
			    &blob) &&
		    !repo_blob_read(generator->session->repo, &blob, 1 << 20, &text) &&
		    strstr(text.ptr, words);

	buf_release(&text);
	free(words);
	free(path);
	return good;
}

static bool is_trained(struct deciding *deciding, const struct decision *decision)
{
	const char *const gone[] = {"rejected", "stale", "superseded"};

	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		if (!strcmp(decision->status, gone[i]))
			return false;
	if (!oid_is_zero(&decision->commit))
		return map_get(&deciding->trained, (const char *)decision->commit.raw, OID_RAW);
	if (!strcmp(decision->source, "comment") || !strcmp(decision->source, "adr"))
		return stands_at_cutoff(deciding->generator, decision);
	return decision->at <= deciding->generator->split->cutoff_time;
}

static void add_list(struct buf *out, const char *label, const char *const *items)
{
	for (size_t i = 0; items && items[i] && i < EXAMPLE_CONTEXT_NAMES; i++)
		buf_addf(out, "%s%s", i ? ", " : label, items[i]);
	if (items && items[0])
		buf_addch(out, '\n');
}

static int on_decision(const struct decision *decision, void *payload)
{
	struct deciding *deciding = payload;
	struct generator *generator = deciding->generator;
	struct origin origin = {.commit = decision->commit,
		.at = decision->at,
		.path = decision->files && decision->files[0] ? decision->files[0] : "",
		.symbol = decision->symbols && decision->symbols[0] ? decision->symbols[0] : "",
		.context = EXAMPLE_HAS_DECISION};
	char hex[OID_HEX + 1];

	if (!*decision->because && !*decision->instead_of)
		return 0;
	if (!is_trained(deciding, decision))
		return 0;
	generator_begin(generator);
	oid_hex(&decision->commit, hex);
	buf_addf(&generator->source, "decision %s, %s %.40s", decision->id, decision->source,
		*decision->origin                ? decision->origin
		: oid_is_zero(&decision->commit) ? ""
						 : hex);
	add_list(&generator->prompt, "files: ", decision->files);
	add_list(&generator->prompt, "symbols: ", decision->symbols);
	buf_addf(&generator->prompt, "Decision: %s\nWhy, and what was the alternative?\n",
		decision->statement);
	if (*decision->because)
		buf_addf(&generator->answer, "Because: %s\n", decision->because);
	if (*decision->instead_of)
		buf_addf(&generator->answer, "Instead of: %s\n", decision->instead_of);
	buf_addf(&generator->answer, "Evidence: %s\n", decision->evidence);
	return generator_emit(generator, &origin);
}

static int generate(struct generator *generator)
{
	struct deciding deciding = {.generator = generator, .trained = MAP_INIT};
	struct decision_query all = {0};
	int rc = split_each_trained(
		generator->session, generator->split, on_commit, &deciding.trained);

	if (!rc)
		rc = decision_each(generator->session, &all, on_decision, &deciding);
	map_release(&deciding.trained);
	return rc;
}

const struct example_kind kind_decision = {
	.name = "decision",
	.summary = "why something was decided, with the alternative that lost",
	.generate = generate,
};

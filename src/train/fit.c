/* The lines of a change, asked of two models. */
#include "flywheel/fit.h"

#include "flywheel/config.h"
#include "flywheel/language.h"
#include "flywheel/model_ask.h"
#include "flywheel/working.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/map.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_LEAST 3

struct fit {
	struct session *session;
	struct languages *languages;
	struct working *working; /* at the tree of the last question */
	struct model *generic;   /* NULL: there is none */
};

int fit_open(struct session *session, struct fit **out)
{
	struct fit *fit = xcalloc(1, sizeof(*fit));
	int rc = languages_load(&fit->languages);

	fit->session = session;
	if (rc) {
		fit_free(fit);
		return rc;
	}
	if (model_open_generic(&fit->generic))
		fit->generic = NULL;
	*out = fit;
	return 0;
}

void fit_free(struct fit *fit)
{
	if (!fit)
		return;
	languages_free(fit->languages);
	working_free(fit->working);
	model_free(fit->generic);
	free(fit);
}

static int move_to(struct fit *fit, const struct oid *tree)
{
	if (fit->working)
		return working_move(fit->working, tree);
	return working_open(fit->session, tree, &fit->working);
}

/* One text: which of its lines are asked about, and what the generic model said of them. */
struct asked {
	struct fit *fit;
	const char *path, *text;
	size_t len;
	bool *lines; /* by number; NULL: all */
	uint32_t line_count;
	double *generic; /* by number, bits a token; negative: none */
	const char *at;  /* start of the line that was found last */
	uint32_t at_line;
	fit_line_fn fn;
	void *payload;
};

static uint32_t count_lines(const char *text, size_t len)
{
	uint32_t count = 1;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '\n';
	return count;
}

static bool is_wanted(uint32_t line, void *payload)
{
	const struct asked *asked = payload;

	return !asked->lines || (line <= asked->line_count && asked->lines[line]);
}

static int keep_generic(const struct model_line *line, void *payload)
{
	struct asked *asked = payload;

	if (line->line <= asked->line_count)
		asked->generic[line->line] = line->bits / line->tokens;
	return 0;
}

static void find_line(struct asked *asked, uint32_t line)
{
	while (asked->at_line < line) {
		const char *end =
			memchr(asked->at, '\n', asked->len - (size_t)(asked->at - asked->text));

		if (!end)
			return;
		asked->at = end + 1;
		asked->at_line++;
	}
}

static char *source_of(struct fit *fit, const struct model_source *source)
{
	bool current;
	uint32_t line;

	if (!source->name)
		return NULL;
	line = working_line(fit->working, source->name, source->token, &current);
	return line ? xstrfmt("%s:%u", source->name, line) : NULL;
}

static int give_line(const struct model_line *line, void *payload)
{
	struct asked *asked = payload;
	struct fit_line out = {.path = asked->path, .line = line->line, .tokens = line->tokens};
	const char *end;
	char *as = NULL;
	int rc;

	if (line->tokens < TOKENS_LEAST)
		return 0;
	find_line(asked, line->line);
	end = memchr(asked->at, '\n', asked->len - (size_t)(asked->at - asked->text));
	out.text = asked->at;
	out.len = (size_t)((end ? end : asked->text + asked->len) - asked->at);
	out.house = line->bits / line->tokens;
	out.generic = asked->generic[line->line];
	out.share = model_line_share(working_model(asked->fit->working), out.house);
	out.odd = line->odd - (size_t)(asked->at - asked->text);
	out.odd_len = line->odd_len;
	out.odd_bits = line->odd_bits;
	if (line->instead.text && *line->instead.text) {
		as = source_of(asked->fit, &line->instead.source);
		out.instead = line->instead.text;
		out.instead_at = line->instead_at - (size_t)(asked->at - asked->text);
		out.instead_p = line->instead.p;
		out.as = as;
	}
	rc = asked->fn(&out, asked->payload);
	free(as);
	return rc;
}

static int ask(struct asked *asked, bool instead)
{
	int rc = 0;

	asked->line_count = count_lines(asked->text, asked->len);
	asked->generic = xcalloc((size_t)asked->line_count + 1, sizeof(double));
	for (uint32_t i = 0; i <= asked->line_count; i++)
		asked->generic[i] = -1;
	asked->at = asked->text;
	asked->at_line = 1;
	if (asked->fit->generic)
		rc = model_read_lines(asked->fit->generic, asked->text, asked->len, false,
			is_wanted, keep_generic, asked);
	if (!rc)
		rc = model_read_lines(working_model(asked->fit->working), asked->text, asked->len,
			instead, is_wanted, give_line, asked);
	free(asked->generic);
	return rc;
}

/* -- a change --------------------------------------------------------------------------------- */

struct change {
	struct fit *fit;
	bool instead;
	fit_line_fn fn;
	void *payload;
	bool *lines;
	uint32_t line_count;
};

static int mark_line(const struct diff_line *line, void *payload)
{
	struct change *change = payload;

	if (line->origin == '+' && line->new_line > 0 &&
		(uint32_t)line->new_line <= change->line_count)
		change->lines[line->new_line] = true;
	return 0;
}

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct change *change = payload;
	struct repo *repo = change->fit->session->repo;
	size_t max = (size_t)config_number(change->fit->session->config, "maxFileBytes");
	struct buf before = BUF_INIT, after = BUF_INIT;
	int rc = 0;

	if (!new || !languages_find(change->fit->languages, path))
		return 0;
	if (old)
		rc = repo_blob_read(repo, old, max, &before);
	if (!rc)
		rc = repo_blob_read(repo, new, max, &after);
	if (!rc) {
		struct asked asked = {.fit = change->fit,
			.path = path,
			.text = after.ptr,
			.len = after.len,
			.fn = change->fn,
			.payload = change->payload};

		change->line_count = count_lines(after.ptr, after.len);
		asked.lines = change->lines =
			xcalloc((size_t)change->line_count + 1, sizeof(*change->lines));
		rc = repo_text_diff(
			before.ptr, before.len, after.ptr, after.len, 0, mark_line, change);
		if (!rc)
			rc = ask(&asked, change->instead);
		free(change->lines);
	}
	buf_release(&before);
	buf_release(&after);
	return rc == E_TOOBIG || rc == E_NOTFOUND ? 0 : rc;
}

int fit_change(struct fit *fit, const struct oid *from, const struct oid *to, bool instead,
	fit_line_fn fn, void *payload)
{
	static const struct oid nothing;
	struct change change = {.fit = fit, .instead = instead, .fn = fn, .payload = payload};
	int rc = move_to(fit, from ? from : &nothing);

	return rc ? rc : repo_tree_diff(fit->session->repo, from, to, on_change, &change);
}

int fit_text(struct fit *fit, const struct oid *tree, const char *path, const char *text,
	size_t len, bool instead, fit_line_fn fn, void *payload)
{
	struct asked asked = {.fit = fit, .path = path, .text = text, .len = len, .fn = fn};
	size_t max = (size_t)config_number(fit->session->config, "maxFileBytes");
	struct buf old = BUF_INIT;
	struct oid blob;
	bool known;
	int rc = move_to(fit, tree);

	asked.payload = payload;
	if (rc)
		return rc;
	known = working_has(fit->working, path) &&
		!repo_tree_file(fit->session->repo, tree, path, &blob) &&
		!repo_blob_read(fit->session->repo, &blob, max, &old);
	if (known)
		model_forget(working_model(fit->working), old.ptr, old.len);
	rc = ask(&asked, instead);
	if (known)
		model_learn(working_model(fit->working), old.ptr, old.len);
	buf_release(&old);
	return rc;
}

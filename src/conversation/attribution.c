/*
 * What commits say themselves of the assistants behind them. git-ai's notes (refs/notes/ai) name
 * lines; a Co-authored-by trailer of a known assistant stands for all that its commit adds.
 */
#include "conversation/fate.h"

#include "flywheel/refs.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NOTES_AI "refs/notes/ai"
#define NOTE_MAX ((size_t)1 << 20)
#define MODEL_MAX 60

/* Who signs how: a part of the address, or of the name where the address is anybody's. */
static const struct signer {
	const char *tool, *address, *name;
} signers[] = {
	{"claude-code", "noreply@anthropic.com", NULL},
	{"codex", "codex@openai.com", NULL},
	{"codex", "noreply@openai.com", NULL},
	{"gemini-cli", "gemini-code-assist", NULL},
	{"gemini-cli", NULL, "gemini"},
	{"aider", "aider@aider.chat", NULL},
	{"aider", "noreply@aider.chat", NULL},
	{"aider", NULL, "aider"},
	{"copilot", "+copilot@users.noreply.github.com", NULL},
	{"copilot", "copilot@github.com", NULL},
	{"copilot", NULL, "copilot"},
	{"cursor", "cursoragent@cursor.com", NULL},
	{"cursor", "agent@cursor.sh", NULL},
	{"opencode", "opencode.ai", NULL},
	{"cline", NULL, "cline"},
	{"roo-code", NULL, "roo code"},
	{"devin", "devin-ai-integration", NULL},
	{"windsurf", NULL, "windsurf"},
	{"jules", "google-labs-jules", NULL},
	{"amp", "amp@ampcode.com", NULL},
};

static bool contains(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; *text; text++)
		if (!strncasecmp(text, part, len))
			return true;
	return false;
}

static const char *tool_of(const char *name, const char *address)
{
	for (size_t i = 0; i < ARRAY_SIZE(signers); i++) {
		const struct signer *signer = &signers[i];

		if (signer->address && contains(address, signer->address))
			return signer->tool;
		/* "Copilot" and "Gemini 2.5 Pro" are; "Ada Cline" is not. */
		if (signer->name && !strncasecmp(name, signer->name, strlen(signer->name)) &&
			!isalpha((unsigned char)name[strlen(signer->name)]))
			return signer->tool;
	}
	return NULL;
}

static void claim_release(struct claim *claim)
{
	free(claim->tool);
	free(claim->model);
	free(claim->path);
	free(claim->session);
	strings_release(&claim->ranges);
}

void claims_release(struct claims *claims)
{
	for (size_t i = 0; i < claims->count; i++)
		claim_release(&claims->list[i]);
	free(claims->list);
	claims->list = NULL;
	claims->count = claims->capacity = 0;
}

static struct claim *add_claim(struct claims *claims, const char *tool, const char *model)
{
	GROW(claims->list, claims->count, claims->capacity);
	claims->list[claims->count] =
		(struct claim){.tool = xstrdup(tool), .model = xstrdup(model)};
	return &claims->list[claims->count++];
}

/* ---- trailers ---- */

/*
 * "aider (gpt-5)" and "Claude Opus 4" name their model, "Claude" does not. What follows a model in
 * brackets, "(1M context)", is how it was asked.
 */
static char *model_of(const char *name)
{
	const char *open = strchr(name, '('), *close = open ? strchr(open, ')') : NULL;
	size_t len = close ? (size_t)(open - name) : strlen(name);

	while (len && name[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < len && len <= MODEL_MAX; i++)
		if (isdigit((unsigned char)name[i]))
			return xstrndup(name, len);
	if (!close || strstr(open, "context)"))
		return xstrdup("");
	return xstrndup(open + 1, (size_t)(close - open) - 1);
}

static void take_trailer(struct claims *claims, const char *line, size_t len)
{
	static const char key[] = "co-authored-by:";
	const char *open, *close;
	char *text, *name, *model;
	const char *tool;

	if (len <= strlen(key) || strncasecmp(line, key, strlen(key)))
		return;
	text = xstrndup(line + strlen(key), len - strlen(key));
	open = strchr(text, '<');
	close = open ? strchr(open, '>') : NULL;
	if (close) {
		struct buf out = BUF_INIT;

		buf_add(&out, text + strspn(text, " \t"),
			(size_t)(open - text) - strspn(text, " \t"));
		buf_trim(&out);
		name = buf_detach(&out);
		text[close - text] = '\0';
		tool = tool_of(name, open + 1);
		model = model_of(name);
		if (tool && !claims->count) /* one signature is enough for a commit */
			add_claim(claims, tool, model);
		free(name);
		free(model);
	}
	free(text);
}

static void take_trailers(const char *message, struct claims *claims)
{
	for (size_t len; *message; message += len + (message[len] == '\n')) {
		len = strcspn(message, "\n");
		if (tolower((unsigned char)*message) == 'c')
			take_trailer(claims, message, len);
	}
}

/* ---- git-ai's notes ---- */

/* "  <key> 1-4,9" below the path that it speaks of. */
static void take_ranges(const struct js *sessions, const char *path, const char *line, size_t len,
	struct claims *claims)
{
	char *text = xstrndup(line, len), *key = text + strspn(text, " \t");
	size_t key_len = strcspn(key, " \t");
	const struct js *agent;
	struct claim *claim;

	if (key[key_len]) {
		key[key_len] = '\0';
		agent = js_get(js_get(sessions, key), "agent_id");
		if (js_get_text(agent, "tool")) {
			const char *model = js_get_text(agent, "model");
			const char *session = js_get_text(agent, "id");

			claim = add_claim(claims, js_get_text(agent, "tool"), model ? model : "");
			claim->path = xstrdup(path);
			claim->session = xstrdup(session);
			strings_split(&claim->ranges,
				key + key_len + 1 + strspn(key + key_len + 1, " \t"), ',');
		}
	}
	free(text);
}

/* Paths with blanks stand in quotes. */
static char *path_of(const char *line, size_t len)
{
	if (len > 1 && *line == '"' && line[len - 1] == '"')
		return xstrndup(line + 1, len - 2);
	return xstrndup(line, len);
}

static void take_note(const char *text, struct claims *claims)
{
	const char *rule = starts_with(text, "---\n") ? text : strstr(text, "\n---\n");
	const char *json = rule ? strchr(rule + 1, '{') : NULL;
	const struct js *sessions;
	struct js *meta = NULL;
	char *path = NULL;

	if (!json || js_parse(json, strlen(json), &meta)) {
		error_clear();
		return;
	}
	sessions = js_get(meta, "sessions") ? js_get(meta, "sessions") : js_get(meta, "prompts");
	for (size_t len; text < rule; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (!len)
			continue;
		if (*text == ' ' || *text == '\t') {
			if (path)
				take_ranges(sessions, path, text, len, claims);
			continue;
		}
		free(path);
		path = path_of(text, len);
	}
	free(path);
	js_free(meta);
}

static int on_note(const struct oid *commit, const struct oid *blob, void *payload)
{
	struct map_entry *entry = map_put(payload, (const char *)commit->raw, OID_RAW, NULL);
	struct oid *copy = xmalloc(sizeof(*copy));

	*copy = *blob;
	free(entry->value.ptr);
	entry->value.ptr = copy;
	return 0;
}

int claims_open(struct fates *fates)
{
	return notes_each(fates->session->repo, NOTES_AI, on_note, &fates->notes);
}

int claims_read(struct fates *fates, const struct commit *commit, struct claims *out)
{
	struct map_entry *entry = map_get(&fates->notes, (const char *)commit->id.raw, OID_RAW);
	struct buf text = BUF_INIT;

	if (entry && !repo_blob_read(fates->session->repo, entry->value.ptr, NOTE_MAX, &text))
		take_note(text.ptr, out);
	error_clear();
	buf_release(&text);
	out->evidence = out->count ? BY_NOTE : BY_TRAILER;
	if (!out->count && commit->parent_count < 2)
		take_trailers(commit->message, out);
	return 0;
}

bool claim_covers(const struct claim *claim, const char *path, uint32_t line)
{
	if (!claim->path)
		return true;
	if (strcmp(claim->path, path))
		return false;
	for (size_t i = 0; i < claim->ranges.count; i++) {
		char *end;
		unsigned long from = strtoul(claim->ranges.items[i], &end, 10);
		unsigned long to = *end == '-' ? strtoul(end + 1, &end, 10) : from;

		if (line >= from && line <= to)
			return true;
	}
	return false;
}

/*
 * An inference server that speaks the OpenAI wire, with vLLM's calls to load an adapter. Likelihood
 * is by echo and logprobs; a world without it answers as servers do that cannot (transformers
 * serve): an error, and chat only.
 */
#include "world.h"

#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_BYTES 6 /* words longer than this are several tokens */
#define KNOWN -0.05   /* log-probability per token of what the model chooses */
#define STRANGE -6.0
#define PLAIN -2.0

static void answer_error(struct answer *out, unsigned status, const char *type, const char *message)
{
	struct js *object = js_object(), *error = js_object();

	js_set_text(error, "message", message);
	js_set_text(error, "type", type);
	js_set(error, "param", js_null());
	js_set_number(error, "code", status);
	js_set(object, "error", error);
	answer_json(out, status, object);
}

/* A tuned model is a folder with a manifest beside it, or what was published to our store. */
static bool is_published(const struct world *world, const char *model)
{
	const char *url = strstr(model, "/artifacts/");
	char *path = NULL;
	bool there;

	if (*model == '/') {
		path = path_join(model, "../manifest.json");
		there = file_exists(path);
	} else {
		const char *place = url ? url + strlen("/artifacts/") : "";
		size_t len = strlen(place);

		len -= ends_with(place, "/model") ? strlen("model") : 0;
		path = xstrfmt("%.*smanifest.json", (int)len, place);
		there = map_get_str(&world->artifacts, path) != NULL;
	}
	free(path);
	return there;
}

static bool is_loaded(const struct world *world, const char *model)
{
	struct map_entry *entry = map_get_str(&world->adapters, model);

	return entry && ((struct adapter *)entry->value.ptr)->loaded;
}

/* "base" or "tuned"; NULL after an error answer. */
static const char *role_of(struct world *world, const struct js *body, struct answer *out)
{
	const char *model = js_get_text(body, "model");
	char *message;

	if (model && !strcmp(model, world->base))
		return "base";
	if (model && world->miner && !strcmp(model, "miner"))
		return "miner";
	if (model && (is_loaded(world, model) || (!world->lora && is_published(world, model))))
		return "tuned";
	message = xstrfmt("The model `%s` does not exist.", model ? model : "");
	answer_error(out, 404, "NotFoundError", message);
	free(message);
	return NULL;
}

static unsigned skill_of(const struct world *world, const char *role)
{
	return *role == 'b' ? world->base_skill : world->tuned_skill;
}

static void list_models(const struct world *world, struct answer *out)
{
	struct js *object = js_object(), *list = js_array();

	js_set_text(object, "object", "list");
	for (size_t i = 0; i <= world->adapters.count; i++) {
		const char *id = i ? world->adapters.entries[i - 1].key : world->base;
		struct js *model;

		if (i && !is_loaded(world, id))
			continue;
		model = js_object();
		js_set_text(model, "id", id);
		js_set_text(model, "object", "model");
		js_set_text(model, "owned_by", "wire");
		js_add(list, model);
	}
	js_set(object, "data", list);
	answer_json(out, 200, object);
}

/* Bytes of the next token: a run of word characters with the space before it, or one other rune. */
static size_t token_len(const char *text, size_t len)
{
	size_t i = *text == ' ' && len > 1 ? 1 : 0, start = i;

	while (i < len && i - start < TOKEN_BYTES &&
		(isalnum((unsigned char)text[i]) || text[i] == '_'))
		i++;
	if (i > start)
		return i;
	i = 1;
	while (i < len && ((unsigned char)text[i] & 0xC0) == 0x80)
		i++;
	return i;
}

/*
 * Per-token scores: what the model chooses is likely and the other choices are not, but only where
 * the question stands before them. Before it all is plain, and so is every text without one.
 */
static double score_from(
	const struct world *world, const char *role, const char *text, size_t len, size_t *from)
{
	size_t end = 0;
	const struct question *question = exam_find(world->exam, text, len, &end);
	int choice = question ? question_choice(question, role, skill_of(world, role)) : 0;
	int found = -1;

	*from = len;
	for (int i = 0; question && i < (int)ARRAY_SIZE(question->choices); i++) {
		size_t size = strlen(question->choices[i]);

		if (size && end + size <= len && len - size < *from &&
			!memcmp(text + len - size, question->choices[i], size)) {
			*from = len - size;
			found = i;
		}
	}
	return found < 0 ? PLAIN : found == choice ? KNOWN : STRANGE;
}

static struct js *echo_logprobs(const struct world *world, const char *role, const char *text)
{
	struct js *logprobs = js_object(), *offsets = js_array(), *scores = js_array();
	struct js *tokens = js_array();
	size_t len = strlen(text), from = len, runes = 0;
	double score = score_from(world, role, text, len, &from);

	for (size_t at = 0, size; at < len; at += size) {
		size = token_len(text + at, len - at);
		js_add(tokens, js_text_len(text + at, size));
		js_add(scores, at ? js_real(at + size > from ? score : PLAIN) : js_null());
		js_add(offsets, js_number((int64_t)runes));
		for (size_t i = 0; i < size; i++)
			runes += ((unsigned char)text[at + i] & 0xC0) != 0x80;
	}
	js_add(tokens, js_text("!")); /* the one token that max_tokens asks for */
	js_add(scores, js_real(PLAIN));
	js_add(offsets, js_number((int64_t)runes));
	js_set(logprobs, "text_offset", offsets);
	js_set(logprobs, "token_logprobs", scores);
	js_set(logprobs, "tokens", tokens);
	js_set(logprobs, "top_logprobs", js_null());
	return logprobs;
}

static void complete(
	struct world *world, const struct js *body, const char *role, struct answer *out)
{
	const struct js *prompt = js_get(body, "prompt");
	size_t count = js_is_array(prompt) ? js_count(prompt) : 1;
	bool echo = js_get_bool(body, "echo", false);
	struct js *object, *choices;

	if (!world->likelihood && (echo || js_get(body, "logprobs"))) {
		answer_error(
			out, 422, "invalid_request_error", "Unsupported fields: echo, logprobs");
		return;
	}
	object = js_object();
	choices = js_array();
	js_set_text(object, "object", "text_completion");
	js_set_text(object, "model", js_get_text(body, "model"));
	for (size_t i = 0; i < count; i++) {
		const char *text = js_as_text(js_is_array(prompt) ? js_at(prompt, i) : prompt);
		char *answer = xstrfmt("%s!", text && echo ? text : "");
		struct js *choice = js_object();

		world->questions++;
		js_set_number(choice, "index", (int64_t)i);
		js_set_text(choice, "text", answer);
		js_set(choice, "logprobs",
			echo ? echo_logprobs(world, role, text ? text : "") : js_null());
		js_set_text(choice, "finish_reason", "length");
		js_add(choices, choice);
		free(answer);
	}
	js_set(object, "choices", choices);
	answer_json(out, 200, object);
}

/* The letter under which the chosen text is offered behind the question, "?" when none is. */
static char letter_of(const struct world *world, const char *role, const char *text)
{
	size_t end = 0;
	const struct question *question = exam_find(world->exam, text, strlen(text), &end);
	const char *wanted;

	if (!question)
		return '?';
	wanted = question->choices[question_choice(question, role, skill_of(world, role))];
	for (const char *at = text + end; (at = strstr(at, wanted)) != NULL; at++) {
		const char *mark = at;

		while (mark > text + end &&
			(isspace((unsigned char)mark[-1]) || strchr(".):", mark[-1])))
			mark--;
		if (mark > text + end && mark < at && mark[-1] >= 'A' && mark[-1] <= 'D' &&
			(mark - 1 == text || !isalnum((unsigned char)mark[-2])))
			return mark[-1];
	}
	return '?';
}

static void chat(struct world *world, const struct js *body, const char *role, struct answer *out)
{
	const struct js *messages = js_get(body, "messages");
	const struct js *last = js_at(messages, js_count(messages) ? js_count(messages) - 1 : 0);
	const char *text = js_get_text(last, "content");
	struct js *object = js_object(), *choices = js_array(), *choice = js_object();
	struct js *message = js_object();
	bool mines = !strcmp(role, "miner");
	char letter[2] = {mines ? '-' : letter_of(world, role, text ? text : ""), '\0'};

	world->questions++;
	if (mines)
		js_add(world->read, js_text(text ? text : ""));
	js_set_text(message, "role", "assistant");
	js_set_text(message, "content", mines ? world->miner : letter);
	js_set_number(choice, "index", 0);
	js_set(choice, "message", message);
	js_set_text(choice, "finish_reason", "stop");
	js_add(choices, choice);
	js_set_text(object, "object", "chat.completion");
	js_set_text(object, "model", js_get_text(body, "model"));
	js_set(object, "choices", choices);
	answer_json(out, 200, object);
}

static void load_adapter(struct world *world, const struct js *body, struct answer *out)
{
	const char *name = js_get_text(body, "lora_name"), *path = js_get_text(body, "lora_path");
	struct map_entry *entry;
	struct adapter *adapter;

	if (!name || !path || !is_published(world, path)) {
		world_error(
			world, "asked to load an adapter that is not there: %s", path ? path : "");
		answer_error(out, 404, "NotFoundError", "No adapter found there");
		return;
	}
	entry = map_put_str(&world->adapters, name, NULL);
	if (!entry->value.ptr)
		entry->value.ptr = xcalloc(1, sizeof(*adapter));
	adapter = entry->value.ptr;
	if (adapter->loaded) {
		answer_error(
			out, 400, "InvalidUserInput", "The lora adapter has already been loaded.");
		return;
	}
	free(adapter->path);
	adapter->path = xstrdup(path);
	adapter->loaded = true;
	adapter->loads++;
	answer_text(out, 200, "Success: LoRA adapter '%s' added successfully.", name);
}

static void unload_adapter(struct world *world, const struct js *body, struct answer *out)
{
	const char *name = js_get_text(body, "lora_name");
	struct map_entry *entry = name ? map_get_str(&world->adapters, name) : NULL;
	struct adapter *adapter = entry ? entry->value.ptr : NULL;

	if (!adapter || !adapter->loaded) {
		answer_error(out, 404, "NotFoundError", "The lora adapter cannot be found.");
		return;
	}
	adapter->loaded = false;
	adapter->unloads++;
	answer_text(out, 200, "Success: LoRA adapter '%s' removed successfully.", name);
}

bool openai_serve(struct world *world, const struct request *request, struct answer *out)
{
	static const struct {
		const char *path;
		void (*serve)(struct world *, const struct js *, struct answer *);
		void (*ask)(struct world *, const struct js *, const char *, struct answer *);
	} calls[] = {
		{"/v1/completions", NULL, complete},
		{"/v1/chat/completions", NULL, chat},
		{"/v1/load_lora_adapter", load_adapter, NULL},
		{"/v1/unload_lora_adapter", unload_adapter, NULL},
	};
	struct js *body = NULL;
	const char *role;

	if (is_call(request, "GET", "/v1/models")) {
		list_models(world, out);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		if (!is_call(request, "POST", calls[i].path))
			continue;
		if (js_parse(request->body.ptr, request->body.len, &body)) {
			answer_error(out, 400, "BadRequestError", "the body is no JSON");
			return true;
		}
		role = calls[i].ask ? role_of(world, body, out) : NULL;
		if (role)
			calls[i].ask(world, body, role, out);
		else if (calls[i].serve)
			calls[i].serve(world, body, out);
		js_free(body);
		return true;
	}
	return false;
}

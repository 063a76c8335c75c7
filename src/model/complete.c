/* How a text goes on: the next token, the rest of the line, and what fits before a suffix. */
#include "model/draft.h"

#include "util/memory.h"
#include "util/strings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_P 0.04    /* a line goes on while its next token is likelier */
#define LINE_P 0.02     /* of the first token of a line that is not the likeliest */
#define BEHIND 6        /* tokens of the suffix that a middle is judged by */
#define MIDDLE_MOST 12  /* tokens */
#define MIDDLE_STARTS 5 /* first tokens that are tried */
#define BEGIN_LOOKS 400 /* tokens with the typed letters that are asked for their P */
#define FRESH 64        /* tokens at the end that may still change under the cursor */
#define RENEWED 512     /* questions; what drafts left in the tables is let go of then */

/* The reader stands behind the `based` first tokens of `ids` at `base`. */
struct model_typing {
	struct model *model;
	struct reader reader;
	struct reader_mark base;
	uint32_t *ids;
	size_t count, based;
	bool open, at_start;
	unsigned asked;
};

struct asking {
	struct reader *reader;
	struct reader_mark here;
	const char *typed;
	size_t typed_len;
	bool spaced;
	struct prediction next[MODEL_GUESSES];
	unsigned count;
};

static bool is_name_byte(char c)
{
	return c == '$' || is_word_byte(c);
}

/* Whole lines, so that the lexer does not begin in the middle of a word. Where it begins moves in
 * steps, so that the next question can go on with what this one read. */
static void cut_window(const char **prefix, size_t *len)
{
	const size_t step = MODEL_WINDOW / 4;
	const char *start, *line;

	if (*len <= MODEL_WINDOW)
		return;
	start = *prefix + (*len - MODEL_WINDOW + step - 1) / step * step;
	line = memchr(start, '\n', MODEL_WINDOW);
	if (line && line + 1 < *prefix + *len)
		start = line + 1;
	*len -= (size_t)(start - *prefix);
	*prefix = start;
}

struct model_typing *model_typing_new(struct model *model)
{
	struct model_typing *typing = xcalloc(1, sizeof(*typing));

	typing->model = model;
	return typing;
}

static void forget(struct model_typing *typing)
{
	if (typing->open)
		reader_release(&typing->reader);
	free(typing->ids);
	*typing = (struct model_typing){.model = typing->model};
}

void model_typing_free(struct model_typing *typing)
{
	if (!typing)
		return;
	forget(typing);
	free(typing);
}

static void begin(struct model_typing *typing, bool at_start)
{
	forget(typing);
	reader_init(&typing->reader, typing->model, at_start);
	typing->reader.shown.cache.journaled = true;
	typing->at_start = at_start;
	typing->open = true;
	reader_mark(&typing->reader, &typing->base);
}

/* Whether the tokens before the base are those of the text, and the rest is long enough to find
 * the place in the house anew. */
static bool goes_on(
	const struct model_typing *typing, const uint32_t *ids, size_t count, bool at_start)
{
	return typing->open && typing->at_start == at_start && typing->asked < RENEWED &&
	       typing->based + PLACE_REACH <= count &&
	       (!typing->based || !memcmp(ids, typing->ids, typing->based * sizeof(*ids)));
}

static void read_text(struct model_typing *typing, const char *text, size_t len, bool at_start)
{
	struct reader *reader = &typing->reader;
	struct lexer lexer;
	size_t count;
	uint32_t *ids;

	lexer_init(&lexer);
	ids = reader_split(typing->model, &lexer, text, len, &count);
	if (goes_on(typing, ids, count, at_start))
		reader_return(reader, &typing->base);
	else
		begin(typing, at_start);
	free(typing->ids);
	typing->ids = ids;
	typing->count = count;
	typing->asked++;
	for (; typing->based + FRESH < count; typing->based++)
		reader_skim(reader, ids[typing->based]);
	reader_mark(reader, &typing->base);
	reader_prompt_tokens(reader, ids + typing->based, count - typing->based);
	reader->lexer = lexer;
}

static void read_prefix(
	struct model_typing *typing, struct asking *asking, const char *prefix, size_t len)
{
	bool at_start = len <= MODEL_WINDOW;
	struct reader *reader = asking->reader;
	size_t end;
	struct token token;

	cut_window(&prefix, &len);
	end = len;
	while (end && is_name_byte(prefix[end - 1]))
		end--;
	asking->typed = prefix + end;
	asking->typed_len = len - end;
	/* A number that is being typed is not guessed at. */
	asking->spaced = !end || prefix[end - 1] == ' ' || prefix[end - 1] == '\t' ||
			 prefix[end - 1] == '\n';
	read_text(typing, prefix, end, at_start);
	if (lexer_settle(&reader->lexer, &token))
		reader_pass(reader, model_intern(reader->model, token.text, token.len));
	reader_mark(reader, &asking->here);
}

static bool begins(const struct asking *asking, uint32_t id)
{
	size_t len;
	const char *text = model_text(asking->reader->model, id, &len);

	return len >= asking->typed_len && !memcmp(text, asking->typed, asking->typed_len);
}

static void keep_guess(struct asking *asking, uint32_t id, double p)
{
	unsigned at = asking->count;

	if (p <= 0)
		return;
	for (unsigned i = 0; i < asking->count; i++)
		if (asking->next[i].id == id)
			return;
	if (at == MODEL_GUESSES) {
		if (p <= asking->next[at - 1].p)
			return;
		at--;
	} else {
		asking->count++;
	}
	for (; at > 0 && asking->next[at - 1].p < p; at--)
		asking->next[at] = asking->next[at - 1];
	asking->next[at] = (struct prediction){id, p};
}

/* Tokens that begin with what was typed but are not among the likeliest of all. */
static void guess_by_letters(struct asking *asking)
{
	struct reader *reader = asking->reader;
	const struct model *model = reader->model;
	unsigned looks = 0;

	for (uint32_t id = model_vocabulary(model); id-- > 1 && looks < BEGIN_LOOKS;) {
		if (!begins(asking, id))
			continue;
		looks++;
		keep_guess(
			asking, id, frame_counts(model, &reader->shown, &reader->frame, NULL, id));
	}
}

static void guess(struct asking *asking)
{
	struct reader *reader = asking->reader;
	const struct prediction_wish wish = {
		.most = MODEL_GUESSES, .begins = asking->typed, .begins_len = asking->typed_len};

	asking->count =
		predict(reader->model, &reader->shown, reader_look(reader), &wish, asking->next);
	if (asking->typed_len && asking->count < MODEL_LINES)
		guess_by_letters(asking);
}

static void give_guesses(struct asking *asking, struct model_completion *out)
{
	double sum = 0;

	/* What was typed is known: the others are out of the question. */
	for (unsigned i = 0; i < asking->count; i++)
		sum += asking->typed_len ? asking->next[i].p : 0;
	for (unsigned i = 0; i < asking->count; i++) {
		size_t len;
		const char *text = model_text(asking->reader->model, asking->next[i].id, &len);

		if (sum > 0)
			asking->next[i].p /= sum;
		out->guesses[i].text = *text == '\n' ? xstrdup("\n") : xstrndup(text, len);
		out->guesses[i].p = asking->next[i].p;
	}
	out->guess_count = asking->count;
}

static void give(const struct asking *asking, const struct draft_path *path,
	struct model_source source, struct model_draft *out)
{
	out->text = draft_text(asking->reader->model, path, asking->typed_len, asking->spaced);
	out->p = exp2(-path->bits);
	out->tokens = path->count;
	out->source = source;
}

static void give_lines(struct asking *asking, struct model_completion *out)
{
	struct reader *reader = asking->reader;

	for (unsigned i = 0; i < asking->count && out->line_count < MODEL_LINES; i++) {
		struct draft_path path = {.count = 0};

		if (i && asking->next[i].p < LINE_P)
			break;
		if (draft_step(reader, &path, asking->next[i].id, asking->next[i].p)) {
			draft_line(reader, &path, LEAST_P);
			give(asking, &path, draft_source(reader, 2),
				&out->lines[out->line_count++]);
		}
		reader_return(reader, &asking->here);
	}
	/* The likeliest line, which need not begin with the likeliest token. */
	for (unsigned i = 1; i < out->line_count; i++)
		for (unsigned k = i; k > 0 && out->lines[k - 1].tokens <= out->lines[k].tokens &&
				     out->lines[k - 1].p < out->lines[k].p;
			k--) {
			struct model_draft held = out->lines[k];

			out->lines[k] = out->lines[k - 1];
			out->lines[k - 1] = held;
		}
}

/* What the suffix costs where the reader stands; the reader comes back. */
static double bits_behind(struct reader *reader, const uint32_t *ids, unsigned count)
{
	struct reader_mark mark;
	double bits = 0;

	reader_mark(reader, &mark);
	for (unsigned i = 0; i < count; i++) {
		bits += reader_bits(reader, ids[i], NULL);
		reader_pass(reader, ids[i]);
	}
	reader_return(reader, &mark);
	return bits;
}

static unsigned suffix_tokens(
	struct model *model, const char *suffix, size_t len, uint32_t ids[BEHIND])
{
	struct lexer lexer;
	struct token token;
	unsigned count = 0;

	lexer_init(&lexer);
	lexer_feed(&lexer, suffix, len);
	while (count < BEHIND && lexer_next(&lexer, &token))
		ids[count++] = model_intern(model, token.text, token.len);
	return count;
}

/* The cut of a drafted path that makes prefix, middle and suffix together cost least. */
static void give_middle(
	struct asking *asking, const char *suffix, size_t len, struct model_completion *out)
{
	struct reader *reader = asking->reader;
	uint32_t behind[BEHIND];
	unsigned count = suffix_tokens(reader->model, suffix, len, behind);
	/* Nothing in between is an answer, too, unless a word is half typed. */
	double best = asking->typed_len ? INFINITY : bits_behind(reader, behind, count);
	const struct prediction_wish wish = {.most = 1};

	for (unsigned i = 0; count && i < asking->count && i < MIDDLE_STARTS; i++) {
		struct draft_path path = {.count = 0};
		struct prediction next = asking->next[i];

		while (path.count < MIDDLE_MOST / (i + 1) &&
			draft_step(reader, &path, next.id, next.p)) {
			double bits = path.bits + bits_behind(reader, behind, count);

			if (bits < best) {
				best = bits;
				free(out->middle.text);
				give(asking, &path, draft_source(reader, 2), &out->middle);
			}
			if (!predict(reader->model, &reader->shown, reader_look(reader), &wish,
				    &next) ||
				path.bits > best)
				break;
		}
		reader_return(reader, &asking->here);
	}
	if (!out->middle.text)
		out->middle.text = xstrdup("");
}

void model_complete(struct model_typing *typing, const char *prefix, size_t len, const char *suffix,
	size_t suffix_len, struct model_completion *out)
{
	struct asking asking = {.reader = &typing->reader};

	memset(out, 0, sizeof(*out));
	read_prefix(typing, &asking, prefix, len);
	out->typed = asking.typed_len;
	guess(&asking);
	give_guesses(&asking, out);
	give_lines(&asking, out);
	if (suffix)
		give_middle(&asking, suffix, suffix_len, out);
}

void model_completion_release(struct model_completion *completion)
{
	for (unsigned i = 0; i < completion->guess_count; i++)
		free(completion->guesses[i].text);
	for (unsigned i = 0; i < completion->line_count; i++)
		free(completion->lines[i].text);
	free(completion->middle.text);
	memset(completion, 0, sizeof(*completion));
}

uint32_t model_line_of_token(const char *text, size_t len, uint32_t token)
{
	struct lexer lexer;
	struct token here;
	uint32_t index = 0, line = 1;

	lexer_init(&lexer);
	lexer_feed(&lexer, text, len);
	while (lexer_next(&lexer, &here)) {
		if (index++ < token)
			continue;
		for (size_t i = 0; i < here.offset && i < len; i++)
			line += text[i] == '\n';
		return line;
	}
	return 0;
}

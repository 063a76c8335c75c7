/*
 * served: against a server whose log-probabilities follow a rule that can be worked out by hand,
 * and against one that only talks; what it cannot do, does not know yet, or is too busy for.
 */
#include "server.h"

#include "bench/wire.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/strings.h"

#include <math.h>
#include <unistd.h>

struct fixture {
	struct server server;
	char url[96];
	/* What the server can do. */
	bool echo, mute, start_mark, chat, completions, list, garbage;
	unsigned echo_status;     /* instead of an answer to an echo question */
	unsigned echo_breakdowns; /* so many times, then an answer */
	unsigned status;          /* instead of any answer */
	const char *reply;        /* of the one that talks; NULL: null */
	char last[4096];          /* what it was asked last */
};

static size_t runes(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += (text[i] & 0xc0) != 0x80;
	return count;
}

/*
 * A token is a newline, or a blank (if any) and what follows. Behind a newline, each of its
 * characters costs a bit; behind anything else half a bit.
 */
static struct js *echo_of(const struct fixture *f, const char *prompt)
{
	struct js *logprobs = js_object(), *offsets = js_array(), *values = js_array();
	size_t at = 0, before = f->start_mark ? 3 : 0;
	double each = (*prompt == '\n' ? -1 : -0.5) * log(2);

	if (f->start_mark) {
		js_add(offsets, js_number(0));
		js_add(values, js_null());
	}
	while (prompt[at]) {
		size_t len = prompt[at] == '\n' ? 1 : 1 + strcspn(prompt + at + 1, " \n");

		js_add(offsets, js_number((int64_t)(before + runes(prompt, at))));
		js_add(values, at || f->start_mark ? js_real(each * (double)runes(prompt + at, len))
						   : js_null());
		at += len;
	}
	if (!f->mute) { /* the one token that had to be generated */
		js_add(offsets, js_number((int64_t)(before + runes(prompt, at))));
		js_add(values, js_real(-9));
	}
	js_set(logprobs, "text_offset", offsets);
	js_set(logprobs, "token_logprobs", values);
	return logprobs;
}

static enum MHD_Result say_choice(const struct asked *asked, struct js *choice)
{
	struct js *answer = js_object(), *choices = js_array();
	struct buf text = BUF_INIT;
	enum MHD_Result result;

	js_add(choices, choice);
	js_set(answer, "choices", choices);
	js_write(answer, &text);
	result = say(asked, 200, text.ptr, "Content-Type", "application/json");
	buf_release(&text);
	js_free(answer);
	return result;
}

static enum MHD_Result complete(
	const struct asked *asked, struct fixture *f, const struct js *question)
{
	struct js *choice = js_object();
	const char *prompt = js_get_text(question, "prompt");
	bool echo = js_get_bool(question, "echo", false);

	snprintf(f->last, sizeof(f->last), "%s", prompt);
	if (echo && (f->echo_status || f->echo_breakdowns)) {
		js_free(choice);
		if (f->echo_breakdowns)
			return f->echo_breakdowns--, say(asked, 500, "oops", NULL, NULL);
		return say(asked, f->echo_status, "{\"detail\":\"no echo\"}", NULL, NULL);
	}
	if (echo && f->echo) {
		assert_int_equal(js_get_number(question, "max_tokens", 0), 1);
		assert_int_equal(js_get_number(question, "logprobs", 0), 1);
		js_set(choice, "logprobs", echo_of(f, prompt));
	}
	js_set_text(choice, "text", f->reply);
	return say_choice(asked, choice);
}

static enum MHD_Result talk(const struct asked *asked, struct fixture *f, const struct js *question)
{
	struct js *choice = js_object(), *message = js_object();
	const struct js *first = js_at(js_get(question, "messages"), 0);

	snprintf(f->last, sizeof(f->last), "%s", js_get_text(first, "content"));
	js_set_text(message, "role", "assistant");
	js_set_text(message, "content", f->reply);
	js_set(choice, "message", message);
	return say_choice(asked, choice);
}

static enum MHD_Result answer(const struct asked *asked, void *payload)
{
	struct fixture *f = payload;
	struct js *question = NULL;
	enum MHD_Result result;

	if (f->status)
		return say(asked, f->status, "{\"error\":{\"message\":\"busy\"}}", NULL, NULL);
	if (f->garbage)
		return say(asked, 200, "<html>log in</html>", NULL, NULL);
	if (f->list && !strcmp(asked->path, "/v1/models"))
		return say(asked, 200, "{\"data\":[{\"id\":\"base\"},{\"id\":\"tuned\"}]}", NULL,
			NULL);
	if (js_parse(asked->body.ptr, asked->body.len, &question) ||
		strcmp(js_get_text(question, "model"), "tuned"))
		result = say(asked, 404, "{\"error\":{\"message\":\"no such model\"}}", NULL, NULL);
	else if (f->completions && !strcmp(asked->path, "/v1/completions"))
		result = complete(asked, f, question);
	else if (f->chat && !strcmp(asked->path, "/v1/chat/completions"))
		result = talk(asked, f, question);
	else
		result = say(asked, 404, "not here", NULL, NULL);
	js_free(question);
	return result;
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->echo = f->completions = f->chat = true;
	server_start(&f->server, answer, f, NULL, NULL);
	snprintf(f->url, sizeof(f->url), "%s/v1/", f->server.base);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	server_stop(&f->server);
	free(f);
	return 0;
}

static char *const prompt_text = (char[]){"x ="};

static struct bench_item item_of(char *prompt, bool variants)
{
	static char one[] = " a", two[] = " four", three[] = " four five",
		    four[] = "\xc3\xa9t\xc3\xa9";

	return (struct bench_item){.id = "0123456789abcdef",
		.prompt = prompt,
		.choices = {one, two, three, four},
		.variants = variants};
}

static void assert_scores(
	struct served *served, const struct bench_item *item, const double want[4])
{
	struct bench_arm arm = served_arm("m", served);
	double scores[BENCH_CHOICES] = {0};

	assert_string_equal(arm.mode, "likelihood");
	assert_int_equal(arm.answer(item, scores, arm.payload), 0);
	for (int i = 0; i < BENCH_CHOICES; i++)
		assert_float_equal(scores[i], want[i], 1e-6);
}

/*
 * " four five" behind "x =": tokens of 5 and 5 characters, -5 bits; behind a newline -10 bits; so
 * 5 bits over two tokens. "été" has no blank: its token is " =été" of 5 characters, -2.5 bits,
 * and alone "été" of 3, -3 bits.
 */
static void likelihood_is_exact(void **state)
{
	static const double normal[] = {1, 2.5, 2.5, 0.5}, variants[] = {-1, -2.5, -5, -2.5};
	struct fixture *f = *state;
	struct bench_item plain = item_of(prompt_text, false), same = item_of(prompt_text, true);

	for (int round = 0; round < 4; round++) {
		struct served served;

		f->start_mark = round == 1 || round == 3;
		f->mute = round == 2; /* it ended at once: nothing was generated */
		if (round == 3)
			f->echo_breakdowns = 1; /* a hiccup does not change the mode */
		assert_int_equal(served_open(f->url, "tuned", NULL, &served), 0);
		assert_string_equal(served.mode, "likelihood");
		assert_scores(&served, &plain, normal);
		assert_scores(&served, &same, variants);
		assert_int_equal(served.asked, 2);
		served_release(&served);
	}
}

/* Offsets are characters, and a byte that is no UTF-8 is sent as one. */
static void prompt_may_hold_anything(void **state)
{
	static const double want[] = {1, 2.5, 2.5};
	static char odd[] = "\xe2\x82\xac\xff \xf0\x9f\x98\x80";
	struct fixture *f = *state;
	struct bench_item item = item_of(odd, false), empty = item_of(odd + sizeof(odd) - 1, true);
	struct served served;
	double scores[BENCH_CHOICES] = {0};

	assert_int_equal(served_open(f->url, "tuned", NULL, &served), 0);
	assert_int_equal(echo_answer(&item, scores, &served), 0);
	for (int i = 0; i < 3; i++)
		assert_float_equal(scores[i], want[i], 1e-6);
	assert_int_equal(echo_answer(&empty, scores, &served), 0);
	assert_float_equal(scores[1], -5, 1e-6);
	served_release(&served);
}

static void without_echo_it_names_a_letter(void **state)
{
	struct fixture *f = *state;
	struct bench_item item = item_of(prompt_text, false);
	static const unsigned refusals[] = {0, 400, 404, 422, 501};

	f->echo = false;
	f->reply = " C\n";
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		double scores[BENCH_CHOICES] = {0};
		struct served served;
		struct bench_arm arm;

		f->echo_status = refusals[i];
		assert_int_equal(served_open(f->url, "tuned", NULL, &served), 0);
		assert_string_equal(served.mode, "generation");
		assert_true(served.chat);
		arm = served_arm("m", &served);
		assert_int_equal(arm.answer(&item, scores, arm.payload), 0);
		assert_true(scores[2] == 1 && !scores[0] && !scores[1] && !scores[3]);
		assert_true(starts_with(f->last, "x =\n"));
		assert_non_null(strstr(f->last, "\nA)  a\nB)  four\nC)  four five\nD) "));
		served_release(&served);
	}
	/* A server that breaks on echo every time, and on nothing else, has none. */
	f->echo_status = 500;
	f->chat = false;
	{
		struct served served;
		double scores[BENCH_CHOICES] = {0};

		assert_int_equal(served_open(f->url, "tuned", NULL, &served), 0);
		assert_string_equal(served.mode, "generation");
		assert_false(served.chat);
		assert_int_equal(letter_answer(&item, scores, &served), 0);
		assert_true(scores[2] == 1);
		assert_true(ends_with(f->last, "\nAnswer:"));
		served_release(&served);
	}
}

/* Some servers ignore echo and give what they generated. */
static void generated_token_is_no_echo(void **state)
{
	static const char alone[] = "{\"choices\":[{\"logprobs\":{\"text_offset\":[3],"
				    "\"token_logprobs\":[-1]}}]}";
	static const char behind[] = "{\"choices\":[{\"logprobs\":{\"text_offset\":[5,6],"
				     "\"token_logprobs\":[-1,-1]}}]}";
	static const char hole[] = "{\"choices\":[{\"logprobs\":{\"text_offset\":[0,3,5],"
				   "\"token_logprobs\":[null,null,-1]}}]}";
	static const char good[] = "{\"choices\":[{\"logprobs\":{\"text_offset\":[0,3,5],"
				   "\"token_logprobs\":[null,-2,-1]}}]}";
	/* The first token of all reaches into the choice. */
	static const char melted[] = "{\"choices\":[{\"logprobs\":{\"text_offset\":[0,4,5],"
				     "\"token_logprobs\":[null,-2,-1]}}]}";
	static const struct {
		const char *text;
		int rc;
	} cases[] = {{alone, E_UNSUPPORTED}, {behind, E_UNSUPPORTED}, {hole, E_UNSUPPORTED},
		{"{}", E_UNSUPPORTED}, {"{\"choices\":[]}", E_UNSUPPORTED}, {good, 0}, {melted, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct js *parsed = NULL;
		size_t tokens;
		double bits;

		assert_int_equal(js_parse(cases[i].text, strlen(cases[i].text), &parsed), 0);
		assert_int_equal(echo_read(parsed, "x =", " a", &bits, &tokens), cases[i].rc);
		js_free(parsed);
	}
}

static void letters_are_read_strictly(void **state)
{
	static const struct {
		const char *reply;
		int choice;
	} cases[] = {{"A", 0}, {" B\n", 1}, {"C.", 2}, {"D) four", 3}, {"B: two", 1}, {"E", -1},
		{"a", -1}, {"", -1}, {"A function", -1}, {"The answer is A", -1}, {"AB", -1},
		{"(A)", -1}, {"B\nC", -1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(letter_of(cases[i].reply), cases[i].choice);
}

/* The answer is the first choice, which a guess among equal scores would be credited with. */
static void no_answer_is_wrong_and_counted(void **state)
{
	struct fixture *f = *state;
	char folder[] = "/tmp/flywheel-served-XXXXXX";
	struct bench_item item = item_of(prompt_text, false);
	struct bench_suite suite = {.items = &item, .count = 1, .digest = "d"};
	struct session session = {0};
	struct served served;
	struct bench_arm arm;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, true, &session.store), 0);
	f->echo = false;
	assert_int_equal(served_open(f->url, "tuned", NULL, &served), 0);
	arm = served_arm("m", &served);
	f->reply = "I think it may be A";
	/* Once asked, once kept. */
	for (int round = 0; round < 2; round++) {
		struct bench_results results = {0};
		struct bench_tally tally;

		assert_int_equal(bench_run(&session, &suite, &arm, &results), 0);
		bench_score(&results, -1, &tally);
		assert_int_equal(tally.items, 1);
		assert_int_equal(tally.correct, 0);
		assert_int_equal(tally.unanswered, 1);
		bench_results_release(&results);
	}
	assert_int_equal(served.asked, 1);
	assert_int_equal(served.unanswered, 1);
	f->reply = NULL;
	assert_int_equal(
		letter_answer(&item, (double[BENCH_CHOICES]){0}, &served), BENCH_NO_ANSWER);
	served_release(&served);
	store_close(session.store);
	file_remove_tree(folder);
}

static void trouble_is_no_mode(void **state)
{
	static const struct {
		unsigned status;
		int rc;
	} cases[] = {{401, E_DENIED}, {403, E_DENIED}, {429, E_NETWORK}, {500, E_NETWORK},
		{503, E_NETWORK}};
	struct fixture *f = *state;
	struct served served;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->status = cases[i].status;
		assert_int_equal(served_open(f->url, "tuned", NULL, &served), cases[i].rc);
		assert_non_null(strstr(error_message(), "busy"));
		assert_int_equal(served_ready(f->url, "tuned", NULL), cases[i].rc);
	}
	f->status = 0;
	f->echo_status = 503; /* only the question with echo meets a busy moment */
	assert_int_equal(served_open(f->url, "tuned", NULL, &served), E_NETWORK);
	f->garbage = true;
	assert_int_equal(served_open(f->url, "tuned", NULL, &served), E_NETWORK);
	assert_int_equal(served_ready(f->url, "tuned", NULL), E_NETWORK);
	assert_int_equal(served_open("http://127.0.0.1:1/v1", "tuned", NULL, &served), E_NETWORK);
	assert_int_equal(served_open("http://example.com/v1", "tuned", NULL, &served), E_INVALID);
}

static void readiness(void **state)
{
	struct fixture *f = *state;
	struct served served;

	assert_int_equal(served_ready(f->url, "tuned", NULL), 0); /* no list: it answers */
	assert_int_equal(served_ready(f->url, "other", NULL), E_LATER);
	assert_int_equal(served_open(f->url, "other", NULL, &served), E_NOTFOUND);
	assert_non_null(strstr(error_message(), "no such model"));
	f->list = true;
	assert_int_equal(served_ready(f->url, "tuned", NULL), 0);
	assert_int_equal(served_ready(f->url, "other", NULL), E_LATER);
	f->chat = f->completions = false;
	assert_int_equal(served_ready(f->url, "base", NULL), 0);
	assert_int_equal(served_ready("http://127.0.0.1:1/v1", "tuned", NULL), E_NETWORK);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(likelihood_is_exact),
		WITH_SERVER(prompt_may_hold_anything),
		WITH_SERVER(without_echo_it_names_a_letter),
		cmocka_unit_test(generated_token_is_no_echo),
		cmocka_unit_test(letters_are_read_strictly),
		WITH_SERVER(no_answer_is_wrong_and_counted),
		WITH_SERVER(trouble_is_no_mode),
		WITH_SERVER(readiness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

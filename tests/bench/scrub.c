/*
 * The scrubber's speed on ordinary talk and on real commit messages, beside the way of scanners
 * that try every rule on every line, with the same rules in the same process.
 * usage: bench-scrub <file of commit messages>
 */
#define _GNU_SOURCE
#include "scrub/internal.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TALK_BYTES ((size_t)24 << 20)
#define LINES_BYTES ((size_t)192 << 10) /* every rule on every line is slow */
#define MAX_BYTES ((size_t)64 << 20)

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t pick(uint64_t *seed, size_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(*seed >> 33) % below;
}

/* Turns of a person and an assistant: prose, code, a diff, output of tools; a key now and then. */
static void make_talk(size_t bytes, struct buf *out)
{
	static const char *const words[] = {"the", "a", "function", "reads", "value", "from", "cache",
		"when", "it", "fails", "we", "should", "return", "early", "because", "that", "test",
		"expects", "an", "empty", "list", "instead", "of", "null", "and", "handler", "is",
		"called", "twice", "I", "think", "moving", "this", "into", "own", "module", "would",
		"be", "cleaner", "please", "rename", "parser", "to", "reader", "token", "key", "user",
		"session", "error", "message", "with", "path", "for", "each", "request", "server",
		"client", "response", "timeout", "retry", "queue", "worker", "thread", "lock",
		"pass", "check", "type", "field", "index", "table", "query", "result", "branch",
		"commit", "merge", "review", "change", "file", "line", "build", "config", "option",
		"default", "flag", "version", "release", "so", "not", "but", "only", "if", "then",
		"src/queue.c", "it,", "this,", "however,", "(see", "below)", "don't", "2.3.1", "`null`",
		"README.md", "https://example.com/docs/queue.html", "`queue_take()`", "that's:",
		"\"works\"", "\u2014", "25%", "v1.2", "#4711", "list[0]", "a->b", "e.g."};
	static const char *const code[] = {
		"```c\nstatic int load(struct reader *reader, const char *path)\n{\n\tint rc = "
		"open_file(path, &reader->file);\n\n\tif (rc)\n\t\treturn fail(rc, \"cannot open "
		"'%s'\", path);\n\treader->lines = 0;\n\treturn 0;\n}\n```\n",
		"```python\ndef test_empty_list(self):\n    result = self.client.get('/api/items')\n   "
		" self.assertEqual(result.status_code, 200)\n    self.assertEqual(result.json(), "
		"[])\n```\n",
		"```diff\n--- a/src/queue.c\n+++ b/src/queue.c\n@@ -41,7 +41,9 @@ int queue_take(struct "
		"queue *queue)\n-\tif (!queue->head)\n+\tif (!queue->head || queue->closed)\n \t\t"
		"return -1;\n```\n",
		"$ make check\n== unit 34 passed 0 failed\n== command 12 passed 1 failed\nnot ok 7 - "
		"it waits for the worker (tests/queue.bats, line 31)\n",
		"{\"name\": \"worker\", \"retries\": 3, \"timeout\": 2.5, \"tags\": [\"queue\", "
		"\"slow\"]}\n"};
	uint64_t seed = 1;

	while (out->len < bytes) {
		for (size_t lines = 1 + pick(&seed, 4); lines; lines--) {
			for (size_t count = 6 + pick(&seed, 20); count; count--) {
				buf_addstr(out, words[pick(&seed, ARRAY_SIZE(words))]);
				buf_addstr(out, count > 1 ? " " : ".\n");
			}
		}
		if (!pick(&seed, 3))
			buf_addstr(out, code[pick(&seed, ARRAY_SIZE(code))]);
		if (!pick(&seed, 400))
			buf_addf(out, "API_%s=%08zx%08zx%08zx\nmail user%zu@corp.io\n", "TOKEN",
				pick(&seed, 1u << 31), pick(&seed, 1u << 31),
				pick(&seed, 1u << 31), pick(&seed, 100));
	}
}

static int count_one(const struct scrub_finding *finding, const char *pseudonym, void *payload)
{
	(void)finding;
	(void)pseudonym;
	++*(size_t *)payload;
	return 0;
}

static double scrub_all(const char *name, const struct buf *text)
{
	struct scrubber *scrubber = NULL;
	struct buf clean = BUF_INIT;
	double best = 0, rate;
	size_t findings = 0;

	if (scrubber_open(NULL, &scrubber))
		exit(1);
	scrubber_set_salt(scrubber, "bench");
	for (int i = 0; i < 3; i++) {
		double start = cpu_seconds(), spent;

		buf_clear(&clean);
		findings = 0;
		if (scrub_text(scrubber, text->ptr, text->len, &clean, count_one, &findings)) {
			fprintf(stderr, "%s: %s\n", name, error_message());
			exit(1);
		}
		spent = cpu_seconds() - start;
		best = !i || spent < best ? spent : best;
	}
	rate = (double)text->len / 1e6 / best;
	printf("%-22s %8.1f MB %8.1f MB/s of CPU  %8zu replaced\n", name, (double)text->len / 1e6,
		rate, findings);
	scrubber_free(scrubber);
	buf_release(&clean);
	return rate;
}

/* Every rule on every line: how scanners work that have no prefilter. */
static double every_rule(const struct buf *text)
{
	size_t len = text->len < LINES_BYTES ? text->len : LINES_BYTES, found = 0;
	struct scrub_rules rules;
	double start, rate;

	if (rules_parse(scrub_rules_conf, &rules))
		exit(1);
	for (size_t i = 0; i < rules.count; i++)
		if (rules.items[i].pattern && rule_compile(&rules.items[i]))
			exit(1);
	start = cpu_seconds();
	for (size_t at = 0; at < len;) {
		const char *feed = memchr(text->ptr + at, '\n', len - at);
		size_t end = feed ? (size_t)(feed - text->ptr) : len;

		for (size_t i = 0; i < rules.count; i++)
			found += rules.items[i].regex &&
				 regex_test(rules.items[i].regex, text->ptr + at, end - at);
		at = end + 1;
	}
	rate = (double)len / 1e6 / (cpu_seconds() - start);
	printf("%-22s %8.1f MB %8.1f MB/s of CPU  %8zu matches\n", "every rule, every line",
		(double)len / 1e6, rate, found);
	rules_release(&rules);
	return rate;
}

int main(int argc, char **argv)
{
	struct buf talk = BUF_INIT, messages = BUF_INIT, both = BUF_INIT;
	double ours, theirs;

	if (argc != 2 || file_read(argv[1], MAX_BYTES, &messages)) {
		fprintf(stderr, "usage: bench-scrub <file of commit messages>\n");
		return 1;
	}
	make_talk(TALK_BYTES, &talk);
	buf_add(&both, talk.ptr, talk.len);
	buf_add(&both, messages.ptr, messages.len < talk.len / 3 ? messages.len : talk.len / 3);
	scrub_all("ordinary talk", &talk);
	scrub_all("commit messages", &messages);
	ours = scrub_all("three parts to one", &both);
	theirs = every_rule(&both);
	printf("%.0f times the speed of every rule on every line\n", ours / theirs);
	buf_release(&talk);
	buf_release(&messages);
	buf_release(&both);
	return 0;
}

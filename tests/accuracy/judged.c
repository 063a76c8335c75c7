/*
 * What the judge of values sees, for the program that learns its weights.
 * usage: judged < names of files; prints a line `# name` and then, for each value in it, its first
 * byte, the one behind its last, its score, and its features, with tabs between.
 */
#include "scrub/internal.h"
#include "scrub/judge.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES ((size_t)64 << 20)

struct job {
	struct judge judge;
	const char *text;
	size_t len;
};

static void near_keyword(uint32_t id, size_t end, void *payload)
{
	struct job *job = payload;

	(void)id;
	judge_near(&job->judge, job->text, job->len, end);
}

static void print_feature(const char *feature, size_t len, void *payload)
{
	(void)payload;
	printf("\t%.*s", (int)len, feature);
}

/* The keywords of the rule that the judge finds by. */
static struct prefilter *make_prefilter(void)
{
	struct prefilter *prefilter = prefilter_new();
	struct scrub_rules rules;

	if (rules_parse(scrub_rules_conf, &rules))
		return prefilter;
	for (size_t i = 0; i < rules.count; i++)
		for (size_t k = 0; rules.items[i].judged && !rules.items[i].pattern &&
				   k < rules.items[i].keywords.count;
			k++)
			prefilter_add(prefilter, rules.items[i].keywords.items[k], 0);
	prefilter_build(prefilter);
	rules_release(&rules);
	return prefilter;
}

int main(void)
{
	struct prefilter *prefilter = make_prefilter();
	struct job job = {.len = 0};
	char name[4096];

	judge_init(&job.judge, judge_tsv);
	while (fgets(name, sizeof(name), stdin)) {
		struct buf text = BUF_INIT;

		name[strcspn(name, "\n")] = '\0';
		if (file_read(name, MAX_BYTES, &text))
			return 128;
		printf("# %s\n", name);
		job.text = text.ptr;
		job.len = text.len;
		judge_clear(&job.judge);
		prefilter_scan(prefilter, text.ptr, text.len, near_keyword, &job);
		for (size_t i = 0; i < job.judge.count; i++) {
			struct judged *item = &job.judge.items[i];

			job.judge.fn = NULL;
			judge_score(&job.judge, job.text, job.len, item);
			printf("%zu\t%zu\t%.3f", item->value.start, item->value.end, item->score);
			job.judge.fn = print_feature;
			judge_score(&job.judge, job.text, job.len, item);
			putchar('\n');
		}
		buf_release(&text);
	}
	judge_release(&job.judge);
	prefilter_free(prefilter);
	return 0;
}

/* Progress on a terminal, and Ctrl-C as a question that long work asks. */
#define _XOPEN_SOURCE 700
#include "util/progress.h"

#include "util/memory.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct progress {
	char *title;
	size_t total, done;
	double last; /* seconds, when it was drawn */
	int live;    /* stderr is a terminal */
};

static volatile sig_atomic_t stop_asked;

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct progress *progress_start(const char *title, size_t total)
{
	struct progress *progress = xcalloc(1, sizeof(*progress));

	progress->title = xstrdup(title);
	progress->total = total;
	progress->live = isatty(2);
	return progress;
}

static void draw(const struct progress *progress)
{
	char bar[31];
	size_t filled;

	if (!progress->total) {
		fprintf(stderr, "\r%-24s %zu", progress->title, progress->done);
		return;
	}
	filled = progress->done * (sizeof(bar) - 1) / progress->total;
	for (size_t i = 0; i < sizeof(bar) - 1; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[sizeof(bar) - 1] = '\0';
	fprintf(stderr, "\r%-24s [%s] %3zu%% (%zu/%zu)", progress->title, bar,
		progress->done * 100 / progress->total, progress->done, progress->total);
}

void progress_set(struct progress *progress, size_t done)
{
	double now;

	if (!progress)
		return;
	progress->done = progress->total && done > progress->total ? progress->total : done;
	if (!progress->live)
		return;
	now = now_seconds();
	if (now - progress->last < 0.1)
		return;
	progress->last = now;
	draw(progress);
}

void progress_finish(struct progress *progress)
{
	if (!progress)
		return;
	if (progress->live) {
		draw(progress);
		fputc('\n', stderr);
	}
	free(progress->title);
	free(progress);
}

static void on_interrupt(int number)
{
	(void)number;
	stop_asked = 1;
}

void interrupt_watch(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_interrupt;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int interrupted(void)
{
	return stop_asked;
}

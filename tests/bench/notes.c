/*
 * What writing notes costs: many in one write, then the last 50 one by one on the same ref. CPU time,
 * that of git's processes too.
 * usage: notes REPOSITORY <commits   (a full id per line)
 */
#include "flywheel/refs.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define REF "refs/notes/bench"
#define SINGLES 50

static double now(void)
{
	double sum = 0;

	for (int who = 0; who < 2; who++) {
		struct rusage used;

		getrusage(who ? RUSAGE_CHILDREN : RUSAGE_SELF, &used);
		sum += (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
		       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	}
	return sum;
}

static struct note *read_commits(size_t *count)
{
	struct note *notes = NULL;
	size_t room = 0;
	char line[OID_HEX + 2];

	for (*count = 0; fgets(line, sizeof(line), stdin);) {
		line[strcspn(line, "\n")] = '\0';
		GROW(notes, *count, room);
		notes[*count].text = "~ function a.c:f cyclomatic 1 -> 2 cognitive 0 -> 1\n";
		*count += !oid_parse(line, &notes[*count].commit);
	}
	return notes;
}

int main(int argc, char **argv)
{
	struct repo *repo = NULL;
	struct note *notes = NULL;
	size_t count;
	double start, bulk;

	if (argc != 2 || repo_open(argv[1], &repo))
		return 129;
	notes = read_commits(&count);
	if (count <= SINGLES)
		return 129;
	count -= SINGLES;
	start = now();
	if (notes_write(repo, REF, notes, count, "many"))
		return 1;
	bulk = (now() - start) / (double)count;
	start = now();
	for (size_t i = 0; i < SINGLES; i++)
		if (notes_write(repo, REF, &notes[count + i], 1, "one"))
			return 1;
	printf("%-24s %.0f\n%-24s %.0f\n", "bulk, us a note", bulk, "single, us a note",
		(now() - start) / SINGLES);
	repo_free(repo);
	free(notes);
	return 0;
}

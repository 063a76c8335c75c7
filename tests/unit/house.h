/* A small world to train on, for the tests of the house model. */
#ifndef TESTS_UNIT_HOUSE_H
#define TESTS_UNIT_HOUSE_H

#include "test.h"

#include "flywheel/model.h"
#include "util/buf.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Text of one house: its names and its habits depend on `house`. */
static void write_house(struct buf *out, unsigned house, uint32_t seed)
{
	static const char *const names[2][4] = {
		{"robj", "client", "sds", "dict"}, {"session", "query", "mapper", "column"}};

	for (int i = 0; i < 60; i++) {
		const char *a = names[house][next_random(&seed) % 4];
		const char *b = names[house][next_random(&seed) % 4];

		if (house)
			buf_addf(out, "def %s_%s(self):\n    return self.%s(%u)\n\n", a, b, b,
				next_random(&seed) % 3);
		else
			buf_addf(out, "void %sFree(%s *%s) {\n\tdecrRefCount(%s);\n}\n\n", a, b, a,
				a);
	}
}

static char *temporary(const char *name)
{
	return xstrfmt("/tmp/flywheel-model-%ld-%s", (long)getpid(), name);
}

static char *train(const char *name, unsigned house, int texts, int64_t seed, char sha256[65])
{
	struct model_builder *builder = model_builder_new();
	char *path = temporary(name);

	for (int i = 0; i < texts; i++) {
		struct buf text = BUF_INIT;
		char *label = xstrfmt("file%d", i);

		write_house(&text, house, (uint32_t)i + 1);
		model_builder_add(builder, label, text.ptr, text.len);
		free(label);
		buf_release(&text);
	}
	assert_int_equal(model_builder_write(builder, path, seed, sha256), 0);
	model_builder_free(builder);
	return path;
}

static struct model *open_and_remove(char *path)
{
	struct model *model = NULL;

	assert_int_equal(model_open(path, &model), 0);
	unlink(path);
	free(path);
	return model;
}

#endif

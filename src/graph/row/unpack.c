/* Reading the edges of a file that pack.c wrote. Damage is an error and nothing worse. */
#include "graph/row/pack.h"

#include "graph/row/pack_format.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/number.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct target {
	enum pack_target kind;
	uint32_t ordinal;
	const char *path, *text;
};

struct unpacker {
	const struct facts *facts;
	const char *path;
	struct numbers columns[PACK_COLUMNS];
	struct target *targets;
	const char **texts;
	uint32_t edge_count, target_count, text_count, texts_told, targets_told;
	uint32_t origin[3], from, line, start; /* of the last edge that had one */
	struct buf target;
	bool bad;
};

static uint32_t get(struct unpacker *self, enum pack_column column)
{
	uint32_t number = number_get32(&self->columns[column]);

	self->bad |= self->columns[column].bad;
	return number;
}

static uint32_t get_step(struct unpacker *self, enum pack_column column, uint32_t *last)
{
	*last = number_get_step(&self->columns[column], *last);
	self->bad |= self->columns[column].bad;
	return *last;
}

/* A number from 1, or 0. */
static uint32_t get_told(
	struct unpacker *self, enum pack_column column, uint32_t *told, uint32_t count)
{
	uint32_t ago = get(self, column);

	if (!ago || self->bad)
		return 0;
	if (ago == 1 && *told < count)
		return ++*told;
	if (ago >= 2 && ago - 2 < *told)
		return *told - (ago - 2);
	self->bad = true;
	return 0;
}

static const char *get_text(struct unpacker *self, enum pack_column column, const char *none)
{
	uint32_t number = get_told(self, column, &self->texts_told, self->text_count);

	return number ? self->texts[number - 1] : none;
}

/* A count of what takes a byte at least. */
static uint32_t get_count(struct numbers *in, bool *bad)
{
	uint64_t count = number_get(in);

	*bad |= in->bad || count > (size_t)(in->end - in->at);
	return *bad ? 0 : (uint32_t)count;
}

static void get_columns(struct unpacker *self, struct numbers *in)
{
	for (size_t i = 0; i < PACK_COLUMNS && !self->bad; i++) {
		uint32_t len = get_count(in, &self->bad);

		self->columns[i] = (struct numbers){in->at, in->at + len, false};
		in->at += len;
	}
	self->bad |= in->at != in->end;
}

static void get_texts(struct unpacker *self)
{
	const char *at = (const char *)self->columns[PACK_TEXTS].at;
	const char *end = (const char *)self->columns[PACK_TEXTS].end;

	self->texts = xcalloc(self->text_count + (size_t)1, sizeof(*self->texts));
	self->bad |= at < end && end[-1];
	for (uint32_t i = 0; i < self->text_count && !self->bad; i++) {
		self->bad = at >= end;
		self->texts[i] = at;
		at += self->bad ? 0 : strlen(at) + 1;
	}
}

static void get_targets(struct unpacker *self)
{
	self->targets = xcalloc(self->target_count + (size_t)1, sizeof(*self->targets));
}

/* Texts are told in the order of the edges: a target is read when the first edge has it. */
static void read_target(struct unpacker *self, struct target *target)
{
	uint32_t kind = get(self, PACK_TARGET_KIND);

	target->kind = (enum pack_target)(kind & ((1U << TARGET_BITS) - 1));
	target->ordinal = kind >> TARGET_BITS;
	if (target->kind != TARGET_PACKAGE)
		target->path = get_text(self, PACK_TARGET_PATH, self->path);
	if (target->kind != TARGET_FILE)
		target->text = get_text(self, PACK_TARGET_TEXT, "");
}

static void take_target(struct unpacker *self, struct store_graph_edge *edge)
{
	uint32_t before = self->targets_told;
	uint32_t number = get_told(self, PACK_TARGET, &self->targets_told, self->target_count);
	struct target *target;

	if (!number)
		return;
	target = &self->targets[number - 1];
	if (number > before)
		read_target(self, target);
	if (self->bad)
		return;
	edge->to_path = target->path;
	edge->to_symbol = target->text;
	if (target->kind < TARGET_SYMBOL || (target->kind == TARGET_SYMBOL && !target->ordinal))
		return;
	buf_clear(&self->target);
	buf_addstr(&self->target, target->text);
	if (target->kind == TARGET_SUFFIXED)
		buf_addstr(&self->target, edge->name);
	if (target->ordinal)
		buf_addf(&self->target, "#%u", target->ordinal);
	edge->to_symbol = self->target.ptr;
}

uint32_t target_ordinal(const char *symbol, size_t *len)
{
	size_t digits = *len = strlen(symbol);

	while (digits && isdigit((unsigned char)symbol[digits - 1]))
		digits--;
	if (digits == *len || digits < 2 || symbol[digits - 1] != '#')
		return 0;
	*len = digits - 1;
	return (uint32_t)strtoul(symbol + digits, NULL, 10);
}

static int64_t row_of(uint32_t from)
{
	return from == PARSE_NONE ? -1 : (int64_t)from;
}

/* Where the edge stands, and what it is called. */
static void take_origin(struct unpacker *self, enum pack_origin sort, struct store_graph_edge *edge)
{
	const struct facts *facts = self->facts;
	uint32_t counts[] = {facts->reference_count, facts->import_count, facts->binding_count};
	uint32_t at;

	if (sort == ORIGIN_NONE) {
		edge->from = row_of(get_step(self, PACK_FROM, &self->from) - 1U);
		edge->line = get_step(self, PACK_LINE, &self->line);
		edge->start = get_step(self, PACK_START, &self->start);
		edge->name = get_text(self, PACK_NAME, "");
		self->bad |= edge->from >= (int64_t)facts->definition_count;
		return;
	}
	at = get_step(self, PACK_ORIGIN, &self->origin[sort]);
	self->bad |= at >= counts[sort];
	if (self->bad)
		return;
	if (sort == ORIGIN_REFERENCE) {
		edge->from = row_of(facts->references[at].from);
		edge->line = facts->references[at].line;
		edge->start = facts->references[at].start;
		edge->name = facts->text + facts->references[at].name;
	} else if (sort == ORIGIN_IMPORT) {
		edge->from = -1;
		edge->line = facts->imports[at].line;
		edge->start = facts->imports[at].start;
		edge->name = facts->text + facts->imports[at].module;
	} else {
		edge->from = row_of(facts->bindings[at].from);
		edge->line = facts->bindings[at].line;
		edge->start = facts->bindings[at].start;
		edge->name = get_text(self, PACK_NAME, "");
	}
}

static int each_edge(struct unpacker *self, store_graph_edge_fn fn, void *payload)
{
	int rc = 0;

	for (uint32_t i = 0; i < self->edge_count && !rc; i++) {
		struct store_graph_edge edge = {.position = i};
		uint32_t head = get(self, PACK_HEAD);

		edge.confidence = head & ((1U << HEAD_CONFIDENCE) - 1);
		edge.kind = head >> HEAD_CONFIDENCE & ((1U << HEAD_KIND) - 1);
		self->bad |= edge.kind > EDGE_VALUE ||
			     head >> (HEAD_CONFIDENCE + HEAD_KIND) > ORIGIN_NONE;
		if (!self->bad)
			take_origin(self, (enum pack_origin)(head >> (HEAD_CONFIDENCE + HEAD_KIND)),
				&edge);
		if (!self->bad)
			take_target(self, &edge);
		if (self->bad)
			return 0;
		rc = fn(&edge, payload);
	}
	return rc;
}

/* The columns of what was packed. */
static void open_pack(struct unpacker *self, const void *bytes, size_t len)
{
	struct numbers in = {bytes, (const unsigned char *)bytes + len, false};

	self->bad = number_get(&in) != PACK_FORMAT;
	self->edge_count = self->bad ? 0 : get_count(&in, &self->bad);
	self->target_count = self->bad ? 0 : get_count(&in, &self->bad);
	self->text_count = self->bad ? 0 : get_count(&in, &self->bad);
	if (!self->bad)
		get_columns(self, &in);
}

int edges_unpack(const void *bytes, size_t len, const char *path, const struct facts *facts,
	store_graph_edge_fn fn, void *payload)
{
	struct unpacker self = {.facts = facts, .path = path, .target = BUF_INIT};
	int rc = 0;

	open_pack(&self, bytes, len);
	if (!self.bad)
		get_texts(&self);
	if (!self.bad)
		get_targets(&self);
	if (!self.bad)
		rc = each_edge(&self, fn, payload);
	free(self.texts);
	free(self.targets);
	buf_release(&self.target);
	if (!rc && self.bad)
		rc = fail(E_INVALID, "stored edges are damaged: run `git flywheel rebuild`");
	return rc;
}

bool edges_have_places(const void *bytes, size_t len)
{
	struct unpacker self = {.target = BUF_INIT};
	bool have;

	if (!len)
		return false;
	open_pack(&self, bytes, len);
	have = self.bad || self.columns[PACK_START].at != self.columns[PACK_START].end;
	buf_release(&self.target);
	return have;
}

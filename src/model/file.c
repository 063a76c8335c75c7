/*
 * The model's file: a header, a table of sections, the sections, each on a multiple of eight
 * bytes, in the machine's own byte order. It is mapped, not read. Everything that is used as an
 * index is checked here, or where it is used when the array is as long as the text itself.
 */
#include "model/blend.h"

#include "util/buf.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION_NUMBER 5
#define START (sizeof(struct header) + SECTION_COUNT * sizeof(struct place_in_file))

static const char magic[8] = "flywhlm";

struct header {
	char magic[8];
	uint32_t version, sections;
	uint64_t size;
	uint64_t checksum; /* XXH3 of all that follows, seeded with that of what precedes */
};

struct place_in_file {
	uint64_t offset, size;
};

static uint64_t checksum_of(const char *file, size_t len)
{
	const size_t at = offsetof(struct header, checksum);

	return hash_bytes(
		file + sizeof(struct header), len - sizeof(struct header), hash_bytes(file, at, 0));
}

int model_file_write(
	const char *path, const struct model_bytes sections[SECTION_COUNT], char sha256[65])
{
	struct header header = {.version = VERSION_NUMBER, .sections = SECTION_COUNT};
	struct place_in_file places[SECTION_COUNT];
	struct buf file = BUF_INIT;
	uint64_t offset = START;
	int rc;

	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		places[i] = (struct place_in_file){offset, sections[i].len};
		offset += (sections[i].len + 7) & ~UINT64_C(7);
	}
	memcpy(header.magic, magic, sizeof(magic));
	header.size = offset;
	buf_reserve(&file, offset);
	buf_add(&file, &header, sizeof(header));
	buf_add(&file, places, sizeof(places));
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		buf_add(&file, sections[i].bytes, sections[i].len);
		while (file.len % 8)
			buf_addch(&file, '\0');
	}
	header.checksum = checksum_of(file.ptr, file.len);
	memcpy(file.ptr, &header, sizeof(header));
	rc = file_write(path, file.ptr, file.len, 0644);
	if (!rc && sha256)
		digest_bytes(file.ptr, file.len, sha256);
	buf_release(&file);
	return rc;
}

static int check_header(const char *path, const char *file, size_t len)
{
	struct header header;

	if (len < START)
		return fail(E_INVALID, "'%s' is not a model: it has only %zu bytes", path, len);
	memcpy(&header, file, sizeof(header));
	if (memcmp(header.magic, magic, sizeof(magic)) != 0)
		return fail(E_INVALID, "'%s' is not a model of git flywheel", path);
	if (header.version != VERSION_NUMBER || header.sections != SECTION_COUNT)
		return fail(E_INVALID,
			"'%s' is a model of version %u, this program reads %u: train it again",
			path, header.version, VERSION_NUMBER);
	if (header.size != len)
		return fail(E_INVALID, "'%s' is damaged: it has %zu bytes instead of %llu", path,
			len, (unsigned long long)header.size);
	if (header.checksum != checksum_of(file, len))
		return fail(E_INVALID, "'%s' is damaged: its checksum does not match", path);
	return 0;
}

static bool rising(const uint32_t *items, size_t count, uint32_t last)
{
	if (items[0] != 0)
		return false;
	for (size_t i = 1; i < count; i++)
		if (items[i] < items[i - 1])
			return false;
	return items[count - 1] == last;
}

static bool slots_are_sound(const struct model *model)
{
	uint32_t count = model->facts.slots, used = 0;

	if (count < 2 || (count & (count - 1)))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (model->slots[i] >= model->facts.vocabulary)
			return false;
		used += model->slots[i] != 0;
	}
	return used < count;
}

static bool offsets_are_sound(const struct model *model)
{
	const struct model_facts *facts = &model->facts;

	if (!rising(model->offsets, (size_t)facts->vocabulary + 1, facts->letters))
		return false;
	for (uint32_t id = 0; id < facts->vocabulary; id++)
		if (model->offsets[id] == model->offsets[id + 1])
			return false;
	return true;
}

static bool weights_are_sound(const struct model *model)
{
	for (uint32_t i = 0; i < model->facts.buckets; i++)
		if (!(model->escape[i] > 0 && model->escape[i] < 1))
			return false;
	for (size_t i = 0; i < BLEND_SIZE; i++)
		if (!(fabsf(model->blend[i]) < BLEND_MOST))
			return false;
	for (unsigned i = 0; i < NORMS; i++)
		if (!(model->norms[i] >= (i ? model->norms[i - 1] : 0)))
			return false;
	return true;
}

/* The texts follow one another, each with its end mark; there is a name for each. */
static bool texts_are_sound(const struct model *model)
{
	uint32_t texts = model->facts.texts, names = 0;

	if (model->starts[0] != 1 || model->starts[texts] != model->facts.stream)
		return false;
	for (uint32_t i = 0; i < texts; i++)
		if (model->starts[i + 1] <= model->starts[i])
			return false;
	for (size_t i = 0; i < model->names_len; i++)
		names += model->names[i] == '\0';
	return names == texts && (!texts || !model->names[model->names_len - 1]);
}

/* What is in the file: its sections, found and measured. */
struct parts {
	const char *file;
	const struct place_in_file *places;
	const void *at[SECTION_COUNT];
};

static bool attach_table(const struct parts *parts, unsigned which, struct model *model)
{
	struct table *table = &model->sparse[which];
	unsigned from = SECTION_DIRECTORY + 5 * which, bits = table_bits(model->facts.vocabulary);
	const struct place_in_file *places = parts->places + from;
	uint64_t count = places[2].size;

	if (count > UINT32_MAX || places[1].size != count * sizeof(uint32_t) ||
		places[0].size != (((uint64_t)1 << bits) + 1) * sizeof(uint32_t) ||
		places[3].size != (count / TABLE_BLOCK + 1) * sizeof(uint32_t) ||
		places[4].size % sizeof(struct table_overflow))
		return false;
	*table = (struct table){.bits = bits,
		.count = (uint32_t)count,
		.overflow_count = (uint32_t)(places[4].size / sizeof(struct table_overflow)),
		.directory = parts->at[from],
		.entries = parts->at[from + 1],
		.counts = parts->at[from + 2],
		.sums = parts->at[from + 3],
		.overflow = parts->at[from + 4]};
	return rising(table->directory, ((size_t)1 << bits) + 1, table->count);
}

static bool find_parts(const char *file, size_t len, struct parts *parts)
{
	parts->file = file;
	parts->places = (const void *)(file + sizeof(struct header));
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		const struct place_in_file *place = &parts->places[i];

		if (place->offset % 8 || place->offset < START || place->offset > len ||
			place->size > len - place->offset)
			return false;
		parts->at[i] = file + place->offset;
	}
	return true;
}

static bool sizes_fit(const struct parts *parts, const struct model_facts *facts)
{
	const uint64_t word = sizeof(uint32_t);
	const uint64_t expected[SECTION_DIRECTORY] = {[SECTION_FACTS] = sizeof(*facts),
		[SECTION_OFFSETS] = ((uint64_t)facts->vocabulary + 1) * word,
		[SECTION_LETTERS] = facts->letters,
		[SECTION_LETTER_SUFFIX] =
			packed_size(facts->letters, packed_width(facts->letters - 1)),
		[SECTION_LETTER_SHARED] = facts->letters,
		[SECTION_LETTER_FIRST] = 257 * word,
		[SECTION_SLOTS] = facts->slots * word,
		[SECTION_MARKS] = facts->vocabulary * sizeof(uint64_t),
		[SECTION_STREAM] = packed_size(facts->stream, packed_width(facts->vocabulary - 1)),
		[SECTION_GAPS] = (uint64_t)facts->stream / 4 + 1,
		[SECTION_SUFFIX] = packed_size(facts->stream, packed_width(facts->stream - 1)),
		[SECTION_SHARED] = facts->stream,
		[SECTION_FIRST] = ((uint64_t)facts->vocabulary + 1) * word,
		[SECTION_ESCAPES] = (uint64_t)COMPONENTS * BUCKETS * sizeof(float),
		[SECTION_BLEND] = BLEND_SIZE * sizeof(float),
		[SECTION_NORMS] = NORMS * sizeof(float),
		[SECTION_TEXTS] = ((uint64_t)facts->texts + 1) * word,
		[SECTION_NAMES] = parts->places[SECTION_NAMES].size};

	for (unsigned i = 0; i < SECTION_DIRECTORY; i++)
		if (parts->places[i].size != expected[i])
			return false;
	return facts->depth == SUFFIX_DEPTH && facts->buckets == COMPONENTS * BUCKETS &&
	       facts->vocabulary != 0;
}

/* Points the model into the file; false when sizes or indexes do not fit together. */
static bool attach(struct model *model, const char *file, size_t len)
{
	struct model_facts *facts = &model->facts;
	struct parts parts;

	if (!find_parts(file, len, &parts) || parts.places[SECTION_FACTS].size != sizeof(*facts))
		return false;
	memcpy(facts, parts.at[SECTION_FACTS], sizeof(*facts));
	if (!sizes_fit(&parts, facts))
		return false;
	model->offsets = parts.at[SECTION_OFFSETS];
	model->slots = parts.at[SECTION_SLOTS];
	model->marks = parts.at[SECTION_MARKS];
	model->gaps = parts.at[SECTION_GAPS];
	model->escape = parts.at[SECTION_ESCAPES];
	model->blend = parts.at[SECTION_BLEND];
	model->norms = parts.at[SECTION_NORMS];
	model->starts = parts.at[SECTION_TEXTS];
	model->names = parts.at[SECTION_NAMES];
	model->names_len = parts.places[SECTION_NAMES].size;
	model->letters = (struct suffixes){{parts.at[SECTION_LETTERS], 8}, facts->letters, 256,
		{parts.at[SECTION_LETTER_SUFFIX], packed_width(facts->letters - 1)},
		parts.at[SECTION_LETTER_SHARED], parts.at[SECTION_LETTER_FIRST]};
	model->tokens = (struct suffixes){
		{parts.at[SECTION_STREAM], packed_width(facts->vocabulary - 1)}, facts->stream,
		facts->vocabulary, {parts.at[SECTION_SUFFIX], packed_width(facts->stream - 1)},
		parts.at[SECTION_SHARED], parts.at[SECTION_FIRST]};
	for (unsigned i = 0; i < PLACE_SPARSE; i++)
		if (!attach_table(&parts, i, model))
			return false;
	return offsets_are_sound(model) && slots_are_sound(model) && weights_are_sound(model) &&
	       texts_are_sound(model) && rising(model->letters.first, 257, facts->letters) &&
	       rising(model->tokens.first, (size_t)facts->vocabulary + 1, facts->stream);
}

static int map_file(const char *path, struct model *model)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	int rc = 0;

	if (fd < 0)
		return fail(errno == ENOENT || errno == ENOTDIR ? E_NOTFOUND : E_IO,
			"cannot open the model '%s': %s", path, strerror(errno));
	if (fstat(fd, &info) || !S_ISREG(info.st_mode)) {
		rc = fail(E_INVALID, "'%s' is not a file", path);
	} else if (info.st_size == 0) {
		rc = fail(E_INVALID, "'%s' is not a model: it is empty", path);
	} else {
		model->map_len = (size_t)info.st_size;
		model->map = mmap(NULL, model->map_len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (model->map == MAP_FAILED) {
			model->map = NULL;
			rc = fail(E_IO, "cannot map '%s': %s", path, strerror(errno));
		}
	}
	close(fd);
	return rc;
}

int model_open(const char *path, struct model **out)
{
	struct model *model = xcalloc(1, sizeof(*model));
	int rc;

	model_start(model);
	rc = map_file(path, model);
	if (!rc)
		rc = check_header(path, model->map, model->map_len);
	if (!rc && !attach(model, model->map, model->map_len))
		rc = fail(E_INVALID, "'%s' is damaged: its parts do not fit together", path);
	if (rc) {
		model_free(model);
		return rc;
	}
	*out = model;
	return 0;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	model_stop(model);
	if (model->map)
		munmap(model->map, model->map_len);
	free(model);
}

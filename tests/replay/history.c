/*
 * Writes a git fast-import stream: the history of a made-up warehouse program, commit by commit,
 * shaped like a real one (modules that grow, functions that are changed and fixed, reverts,
 * messages that give reasons, house idioms that every file follows). Same seed, same bytes.
 * usage: history COMMITS SEED | git fast-import
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULES 24
#define MAX_FUNCTIONS 160
#define ENTRY_POINTS 3 /* of a module, the functions that others mostly call */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const module_names[MODULES] = {"order", "stock", "ledger", "ticket", "route",
	"parcel", "badge", "meter", "lease", "quota", "shift", "crew", "audit", "price", "label",
	"depot", "cargo", "dock", "pallet", "invoice", "refund", "carrier", "customs", "packing"};
static const char *const verbs[] = {"load", "store", "merge", "split", "reserve", "assign",
	"verify", "publish", "schedule", "cancel", "settle", "count", "collect", "reopen",
	"archive", "match", "adjust", "forward", "inspect", "bundle", "expire", "restore"};
static const char *const nouns[] = {"entry", "batch", "line", "record", "slot", "window", "limit",
	"note", "share", "group", "range", "draft", "event", "period", "claim", "transfer"};
static const char *const reasons[] = {"the carrier answers late on Mondays",
	"two desks may hold the same slip", "a retry would charge the customer twice",
	"the nightly export reads it without a lock", "the old key is still printed on labels",
	"an empty batch must not reach the ledger", "the scanner sends the code twice",
	"customs rejects a partial declaration"};
static const char *const alternatives[] = {"a retry loop", "a second index", "a global lock",
	"polling the dock", "a copy of the table", "a wider key"};

struct function {
	char name[64];
	char *doc, *body;
};

struct module {
	const char *name;
	struct function functions[MAX_FUNCTIONS];
	size_t count;
	unsigned uses; /* bit per module included */
};

struct text {
	char *ptr;
	size_t len, capacity;
};

struct world {
	struct module modules[MODULES];
	uint64_t random;
	unsigned long number, when;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (text->len + (size_t)len + 1 > text->capacity) {
		text->capacity = (text->len + (size_t)len + 1) * 2;
		text->ptr = realloc(text->ptr, text->capacity);
		if (!text->ptr)
			abort();
	}
	va_start(args, format);
	vsnprintf(text->ptr + text->len, (size_t)len + 1, format, args);
	va_end(args);
	text->len += (size_t)len;
}

/* splitmix64 (Steele, Lea and Flood 2014): one word of state, the same everywhere. */
static uint64_t next_random(struct world *world)
{
	uint64_t z = (world->random += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t below(struct world *world, size_t limit)
{
	return (size_t)(next_random(world) % limit);
}

#define PICK(world, array) ((array)[below((world), COUNT(array))])

/*
 * A function that may be called from module m: its own or a neighbour's, and mostly one of the
 * few entry points that every house has.
 */
static const struct function *pick_callee(struct world *world, size_t m)
{
	size_t other = below(world, 3) ? m : (m + 1 + below(world, 4)) % MODULES;
	struct module *from = &world->modules[other];

	if (!from->count)
		return NULL;
	world->modules[m].uses |= 1u << other;
	if (from->count > ENTRY_POINTS && below(world, 8))
		return &from->functions[below(world, ENTRY_POINTS)];
	return &from->functions[below(world, from->count)];
}

/* What a block of code does, and the words for it: comments speak of what the code names. */
struct writer {
	struct text code, doc;
};

static void block_guard(struct world *world, struct writer *out, const char *module)
{
	const char *noun = PICK(world, nouns);

	add(&out->code,
		"\tif (!%s->%s_count) {\n\t\trc = desk_refuse(desk, DESK_EMPTY, \"%s without a "
		"%s\");\n\t\tgoto out;\n\t}\n",
		module, noun, module, noun);
	add(&out->doc, " Refuses a %s without a %s.", module, noun);
}

static void block_read(struct world *world, struct writer *out, const char *module)
{
	const char *noun = PICK(world, nouns);

	add(&out->code,
		"\trc = slip_read_number(slip, \"%s\", &%s->%s_count);\n\tif (rc < 0) {\n"
		"\t\tdesk_refuse(desk, rc, \"unreadable %s on slip %%s\", slip_key(slip));\n"
		"\t\tgoto out;\n\t}\n",
		noun, module, noun, noun);
	add(&out->doc, " Reads the %s by slip_read_number.", noun);
}

static void block_loop(struct world *world, struct writer *out, const char *module)
{
	const char *noun = PICK(world, nouns);

	add(&out->code,
		"\tfor (size_t i = 0; i < %s->%s_count; i++) {\n"
		"\t\tstruct %s_%s *%s = &%s->%ss[i];\n\n"
		"\t\tif (%s->state == STATE_CLOSED)\n\t\t\tcontinue;\n"
		"\t\ttotal += %s->amount;\n\t}\n",
		module, noun, module, noun, noun, module, noun, noun, noun);
	add(&out->doc, " Adds the amount of each open %s_%s.", module, noun);
}

static void block_event(struct world *world, struct writer *out, const char *module)
{
	const char *verb = PICK(world, verbs);

	add(&out->code, "\tevent_post(desk, \"%s.%s\", slip_key(slip), total);\n", module, verb);
	add(&out->doc, " Posts %s.%s.", module, verb);
}

static void block_call(struct world *world, struct writer *out, size_t m)
{
	const struct function *callee = pick_callee(world, m);

	if (!callee)
		return;
	add(&out->code,
		"\trc = %s(desk, slip, &total);\n\tif (rc < 0) {\n"
		"\t\tdesk_refuse(desk, rc, \"step failed\");\n\t\tgoto out;\n\t}\n",
		callee->name);
	add(&out->doc, " Goes through %s.", callee->name);
}

static void block_limit(struct world *world, struct writer *out, const char *module)
{
	const char *noun = PICK(world, nouns);

	add(&out->code,
		"\tif (total > %s->%s_limit) {\n\t\tmeter_bump(desk->meter, \"%s_%s_over\");\n"
		"\t\ttotal = %s->%s_limit;\n\t}\n",
		module, noun, module, noun, module, noun);
	add(&out->doc, " Keeps below %s_limit.", noun);
}

static void write_block(struct world *world, struct writer *out, size_t m)
{
	const char *module = world->modules[m].name;

	switch (below(world, 7)) {
	case 0:
		block_guard(world, out, module);
		break;
	case 1:
		block_read(world, out, module);
		break;
	case 2:
		block_loop(world, out, module);
		break;
	case 3:
		block_event(world, out, module);
		break;
	case 4:
		block_limit(world, out, module);
		break;
	default:
		block_call(world, out, m);
	}
}

static void write_body(struct world *world, size_t m, struct function *function)
{
	const char *module = world->modules[m].name;
	size_t blocks = 3 + below(world, 5);
	struct writer out = {{0}, {0}};

	add(&out.code,
		"int %s(struct desk *desk, struct slip *slip, int64_t *result)\n{\n"
		"\tstruct %s *%s = desk_%s(desk);\n\tint64_t total = 0;\n\tint rc;\n\n"
		"\trc = slip_hold(slip, desk);\n\tif (rc < 0)\n"
		"\t\treturn desk_refuse(desk, rc, \"slip %%s is busy\", slip_key(slip));\n",
		function->name, module, module, module);
	add(&out.doc, "/*");
	for (size_t i = 0; i < blocks; i++)
		write_block(world, &out, m);
	add(&out.code, "\t*result = total;\nout:\n\tslip_drop(slip);\n\treturn rc;\n}\n");
	add(&out.doc, " */");
	free(function->body);
	free(function->doc);
	function->body = out.code.ptr;
	function->doc = out.doc.ptr;
}

static struct function *new_function(struct world *world, size_t m)
{
	struct module *module = &world->modules[m];
	const char *verb = PICK(world, verbs), *noun = PICK(world, nouns);
	struct function *function;

	if (module->count == MAX_FUNCTIONS)
		return &module->functions[below(world, module->count)];
	function = &module->functions[module->count];
	snprintf(function->name, sizeof(function->name), "%s_%s_%s", module->name, verb, noun);
	for (size_t i = 0; i < module->count; i++)
		if (!strcmp(module->functions[i].name, function->name))
			return &module->functions[i];
	write_body(world, m, function);
	module->count++;
	return function;
}

static void emit_text(const char *path, const struct text *text)
{
	printf("M 100644 inline %s\ndata %zu\n", path, text->len);
	fwrite(text->ptr, 1, text->len, stdout);
	putchar('\n');
}

static void emit_module(const struct world *world, size_t m)
{
	const struct module *module = &world->modules[m];
	struct text source = {0}, header = {0};
	char path[64];

	add(&source, "/* The %s of the warehouse. */\n#include \"%s.h\"\n", module->name,
		module->name);
	for (size_t i = 0; i < MODULES; i++)
		if (i != m && (module->uses >> i & 1))
			add(&source, "#include \"%s.h\"\n", module_names[i]);
	add(&header, "#ifndef %s_H\n#define %s_H\n\n#include \"desk.h\"\n\n", module->name,
		module->name);
	for (size_t i = 0; i < module->count; i++) {
		const struct function *function = &module->functions[i];

		add(&source, "\n%s\n%s", function->doc, function->body);
		add(&header, "int %s(struct desk *desk, struct slip *slip, int64_t *result);\n",
			function->name);
	}
	add(&header, "\n#endif\n");
	snprintf(path, sizeof(path), "src/%s.c", module->name);
	emit_text(path, &source);
	snprintf(path, sizeof(path), "src/%s.h", module->name);
	emit_text(path, &header);
	free(source.ptr);
	free(header.ptr);
}

static void emit_commit(struct world *world, const struct text *message)
{
	static const char *const people[] = {"Ada Vale <ada@warehouse.example>",
		"Bram Holt <bram@warehouse.example>", "Cleo Marsh <cleo@warehouse.example>"};
	const char *who = PICK(world, people);

	world->number++;
	world->when += 3600 + below(world, 20000);
	printf("commit refs/heads/main\nmark :%lu\nauthor %s %lu +0000\ncommitter %s %lu +0000\n",
		world->number, who, world->when, who, world->when);
	printf("data %zu\n%s\n", message->len, message->ptr);
	if (world->number > 1)
		printf("from :%lu\n", world->number - 1);
}

static void commit_addition(struct world *world, size_t m)
{
	struct function *function = new_function(world, m);
	struct text message = {0};

	add(&message,
		"%s: add %s\n\nThe %s needs its own step because %s. We chose the slip hold "
		"instead of %s so that `%s` stays short.\n",
		world->modules[m].name, function->name, world->modules[m].name,
		PICK(world, reasons), PICK(world, alternatives), function->name);
	emit_commit(world, &message);
	emit_module(world, m);
	free(message.ptr);
}

static void commit_change(struct world *world, size_t m)
{
	struct module *module = &world->modules[m];
	struct function *function = &module->functions[below(world, module->count)];
	struct text message = {0};

	write_body(world, m, function);
	add(&message, "%s: rework %s\n\nUse one hold per slip rather than %s, because %s.\n",
		module->name, function->name, PICK(world, alternatives), PICK(world, reasons));
	emit_commit(world, &message);
	emit_module(world, m);
	free(message.ptr);
}

static void first_commit(struct world *world)
{
	struct text message = {0}, header = {0};

	add(&header,
		"#ifndef DESK_H\n#define DESK_H\n\n#include <stdint.h>\n\nstruct desk;\n"
		"struct slip;\n\nint slip_hold(struct slip *slip, struct desk *desk);\n"
		"void slip_drop(struct slip *slip);\nconst char *slip_key(const struct slip "
		"*slip);\n"
		"int desk_refuse(struct desk *desk, int code, const char *format, ...);\n"
		"void event_post(struct desk *desk, const char *name, const char *key, int64_t "
		"amount);\n\n#endif\n");
	add(&message,
		"desk: start with the desk and its slips\n\nEvery step holds a slip because two "
		"desks may otherwise change it at once.\n");
	emit_commit(world, &message);
	emit_text("src/desk.h", &header);
	free(message.ptr);
	free(header.ptr);
}

static void release(struct function *function)
{
	free(function->doc);
	free(function->body);
}

int main(int argc, char **argv)
{
	static struct world world;
	unsigned long commits;

	if (argc != 3) {
		fputs("usage: history COMMITS SEED | git fast-import\n", stderr);
		return 129;
	}
	commits = strtoul(argv[1], NULL, 10);
	world.random = strtoul(argv[2], NULL, 10);
	world.when = 1700000000;
	for (size_t m = 0; m < MODULES; m++)
		world.modules[m].name = module_names[m];
	first_commit(&world);
	for (unsigned long i = 1; i < commits; i++) {
		size_t m = below(&world, MODULES);

		if (below(&world, 4) && world.modules[m].count < MAX_FUNCTIONS)
			commit_addition(&world, m);
		else if (world.modules[m].count)
			commit_change(&world, m);
		else
			commit_addition(&world, m);
	}
	for (size_t m = 0; m < MODULES; m++)
		for (size_t i = 0; i < world.modules[m].count; i++)
			release(&world.modules[m].functions[i]);
	return 0;
}

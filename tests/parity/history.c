/*
 * Writes a git fast-import stream of random histories over real source files, and after it, on file
 * descriptor 3, the mark that HEAD stands at after each step. A step edits, adds, renames (also in
 * case only), deletes, copies, changes modes, makes symlinks and submodules, changes ignore rules,
 * adds and drops files that are not parsed, and imports such;
 * or merges, amends, rebases, reverts, switches to another branch, is forced back. Same seed, same
 * bytes. With -e most commits edit a line or two of one file and do nothing else.
 * usage: history [-e] STEPS SEED FILE... | git fast-import
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES 48
#define MAX_COMMITS 4096
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum mode { MODE_FILE, MODE_PROGRAM, MODE_LINK, MODE_SUBMODULE };
static const char *const modes[] = {"100644", "100755", "120000", "160000"};

struct text {
	char *ptr;
	size_t len;
	unsigned uses;
};

struct file {
	char path[160];
	enum mode mode;
	struct text *text; /* shared by all trees that have it */
};

struct tree {
	struct file files[MAX_FILES];
	size_t count;
};

struct commit {
	struct tree tree;
	int parent; /* index, or -1 */
	bool merge;
};

static struct text *pool;
static size_t pool_count;
static const char *const *pool_names;
static struct commit *commits;
static int commit_count, head;
static uint64_t state;
static FILE *steps;
static bool only_edits;

static uint64_t next(void)
{
	state += 0x9e3779b97f4a7c15u;
	uint64_t z = state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t below(size_t limit)
{
	return (size_t)(next() % limit);
}

static void *need(void *memory)
{
	if (!memory) {
		perror("history");
		exit(1);
	}
	return memory;
}

static struct text *text_new(const char *ptr, size_t len)
{
	struct text *text = need(calloc(1, sizeof(*text)));

	text->ptr = need(malloc(len + 1));
	memcpy(text->ptr, ptr, len);
	text->ptr[len] = '\0';
	text->len = len;
	return text;
}

static void read_pool(int count, char **paths)
{
	pool = need(calloc((size_t)count, sizeof(*pool)));
	pool_names = (const char *const *)paths;
	for (int i = 0; i < count; i++) {
		FILE *file = need(fopen(paths[i], "rb"));

		pool[i].ptr = need(malloc(1 << 20));
		pool[i].len = fread(pool[i].ptr, 1, (1 << 20) - 1, file);
		pool[i].ptr[pool[i].len] = '\0';
		fclose(file);
	}
	pool_count = (size_t)count;
}

/* -- trees ------------------------------------------------------------------------------------- */

static struct file *find(struct tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->count; i++)
		if (!strcmp(tree->files[i].path, path))
			return &tree->files[i];
	return NULL;
}

/* git knows no file that is also a folder. */
static bool in_the_way(struct tree *tree, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < tree->count; i++) {
		const char *other = tree->files[i].path;
		size_t its = strlen(other);

		if ((its > len && other[len] == '/' && !strncmp(other, path, len)) ||
			(len > its && path[its] == '/' && !strncmp(other, path, its)))
			return true;
	}
	return false;
}

static void drop(struct tree *tree, struct file *file)
{
	*file = tree->files[--tree->count];
}

static struct file *place(struct tree *tree, const char *path)
{
	struct file *file = find(tree, path);

	if (file)
		return file;
	if (tree->count == MAX_FILES || in_the_way(tree, path))
		return NULL;
	file = &tree->files[tree->count++];
	memset(file, 0, sizeof(*file));
	snprintf(file->path, sizeof(file->path), "%s", path);
	return file;
}

static struct file *any(struct tree *tree)
{
	return tree->count ? &tree->files[below(tree->count)] : NULL;
}

static const char *extension(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

	return dot ? dot : "";
}

/* Few names, so that references find, lose and confuse their targets. */
static void random_path(char out[160], const char *ending)
{
	static const char *const folders[] = {
		"", "lib/", "src/", "src/core/", "src/util/", "Src/", "test/", "app/models/"};
	static const char *const names[] = {"main", "util", "Util", "index", "__init__", "model",
		"x", "input", "mod", "test_x"};

	snprintf(out, 160, "%s%s%s", folders[below(COUNT(folders))], names[below(COUNT(names))],
		ending);
}

/* -- changes of a tree ------------------------------------------------------------------------- */

static void add_file(struct tree *tree)
{
	size_t which = below(pool_count);
	char path[160];
	struct file *file;

	random_path(path, extension(pool_names[which]));
	file = place(tree, path);
	if (file)
		*file = (struct file){.mode = below(8) ? MODE_FILE : MODE_PROGRAM,
			.text = text_new(pool[which].ptr, pool[which].len)};
	if (file)
		snprintf(file->path, sizeof(file->path), "%s", path);
}

/* Start and length of a random line. */
static size_t line_at(const struct text *text, size_t *len)
{
	size_t at = below(text->len);

	while (at && text->ptr[at - 1] != '\n')
		at--;
	*len = strcspn(text->ptr + at, "\n");
	*len += at + *len < text->len;
	return at;
}

/* Drops, doubles, moves or cuts a line, or takes one from another file: broken code is welcome. */
static void edit(struct tree *tree)
{
	struct file *file = any(tree);
	const struct text *old, *other;
	size_t at, len, from, more;
	char *bytes;
	size_t how = below(4);

	if (!file || file->mode > MODE_PROGRAM || !file->text->len)
		return;
	if (only_edits && how == 1 && below(16))
		how = 0;
	old = file->text;
	other = below(3) ? old : &pool[below(pool_count)];
	at = line_at(old, &len);
	from = other->len ? line_at(other, &more) : (more = 0);
	bytes = need(malloc(old->len + more + 1));
	switch (how) {
	case 0: /* drop */
		memcpy(bytes, old->ptr, at);
		memcpy(bytes + at, old->ptr + at + len, old->len - at - len);
		file->text = text_new(bytes, old->len - len);
		break;
	case 1: /* cut */
		memcpy(bytes, old->ptr, old->len);
		file->text = text_new(bytes, at + len / 2);
		break;
	default: /* insert */
		memcpy(bytes, old->ptr, at);
		memcpy(bytes + at, other->ptr + from, more);
		memcpy(bytes + at + more, old->ptr + at, old->len - at);
		file->text = text_new(bytes, old->len + more);
	}
	free(bytes);
}

static const char *const other_endings[] = {".md", ".json", ".txt", ".in", ""};

/* One that is not parsed. */
static void add_other(struct tree *tree)
{
	char path[160];
	struct file *file;

	if (below(6))
		random_path(path, other_endings[below(COUNT(other_endings))]);
	else
		snprintf(path, sizeof(path), "packages/x/src");
	file = place(tree, path);
	if (!file)
		return;
	file->mode = MODE_FILE;
	file->text = text_new("words\n", below(2) ? 6 : 0);
}

static void drop_other(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		for (size_t k = 0; k < COUNT(other_endings); k++)
			if (!strcmp(extension(tree->files[i].path), other_endings[k]) &&
				!below(3)) {
				drop(tree, &tree->files[i]);
				return;
			}
}

/* A first line that imports a file of any name, as its language spells that. */
static void import_other(struct tree *tree)
{
	static const char *const lines[][2] = {{".c", "#include \"%s\"\n"},
		{".h", "#include \"%s\"\n"}, {".cpp", "#include <%s>\n"},
		{".js", "import \"./%s\";\n"}, {".ts", "import * as x from \"../src/%s\";\n"},
		{".tsx", "import x from \"@app/x\";\n"}, {".sh", ". ./%s\n"},
		{".rb", "require \"%s\"\n"}, {".py", "import %s\n"}};
	struct file *file = any(tree);
	char path[160], line[256], *bytes;

	if (!file || file->mode > MODE_PROGRAM)
		return;
	random_path(path, other_endings[below(COUNT(other_endings))]);
	for (size_t i = 0; i < COUNT(lines); i++) {
		const char *name = strrchr(path, '/');
		size_t len;

		if (strcmp(extension(file->path), lines[i][0]) != 0)
			continue;
		name = name && below(2) ? name + 1 : path;
		len = (size_t)snprintf(line, sizeof(line), lines[i][1], name);
		bytes = need(malloc(len + file->text->len + 1));
		memcpy(bytes, line, len);
		memcpy(bytes + len, file->text->ptr, file->text->len);
		file->text = text_new(bytes, len + file->text->len);
		free(bytes);
	}
}

static void rename_file(struct tree *tree)
{
	struct file *file = any(tree);
	char path[160];

	if (!file)
		return;
	random_path(path, extension(file->path));
	if (!find(tree, path) && !in_the_way(tree, path))
		snprintf(file->path, sizeof(file->path), "%s", path);
}

static void rename_case(struct tree *tree)
{
	struct file *file = any(tree);
	char path[160], *base;

	if (!file)
		return;
	snprintf(path, sizeof(path), "%s", file->path);
	base = strrchr(path, '/');
	base = base ? base + 1 : path;
	*base ^= 0x20;
	if (((*base | 0x20) >= 'a' && (*base | 0x20) <= 'z') && !find(tree, path) &&
		!in_the_way(tree, path))
		snprintf(file->path, sizeof(file->path), "%s", path);
}

static void copy_file(struct tree *tree)
{
	struct file *file = any(tree), old;
	char path[160];

	if (!file)
		return;
	old = *file;
	random_path(path, extension(old.path));
	file = place(tree, path);
	if (!file)
		return;
	file->mode = old.mode;
	file->text = old.text;
}

static void change_mode(struct tree *tree)
{
	struct file *file = any(tree);

	if (file)
		file->mode = (enum mode)below(2);
}

static void make_link(struct tree *tree)
{
	struct file *file = any(tree), *to = any(tree);

	if (!file)
		return;
	file->mode = MODE_LINK;
	file->text = text_new(to->path, strlen(to->path));
}

static void make_submodule(struct tree *tree)
{
	struct file *file = any(tree);

	if (!file)
		return;
	file->mode = MODE_SUBMODULE;
	file->text = text_new("", 0);
}

static void change_rules(struct tree *tree)
{
	static const char *const rules[][2] = {{".flywheelignore", "lib/\n"},
		{".flywheelignore", "*.py\n!src/**\n"}, {".flywheelignore", ""},
		{".gitattributes", "src/** linguist-vendored\n"},
		{".gitattributes", "*.js linguist-generated\n"},
		{"src/.gitattributes", "core/* linguist-generated\n"}, {"go.mod", "module x\n"}};
	const char *const *rule = rules[below(COUNT(rules))];
	struct file *file = place(tree, rule[0]);

	if (!file)
		return;
	file->mode = MODE_FILE;
	file->text = text_new(rule[1], strlen(rule[1]));
}

static void delete_file(struct tree *tree)
{
	struct file *file = any(tree);

	if (file)
		drop(tree, file);
}

static void change(struct tree *tree)
{
	static void (*const changes[])(struct tree *) = {edit, edit, edit, edit, edit, add_file,
		add_file, add_file, rename_file, rename_file, rename_case, copy_file, change_mode,
		make_link, make_submodule, change_rules, delete_file, delete_file};
	static void (*const others[])(struct tree *) = {add_other, add_other, drop_other};

	if (!below(16))
		import_other(tree);
	if (only_edits && below(8)) {
		edit(tree);
		return;
	}
	if (!below(3)) {
		others[below(COUNT(others))](tree);
		return;
	}
	for (size_t times = 1 + below(4); times--;)
		changes[below(COUNT(changes))](tree);
}

/* -- commits ----------------------------------------------------------------------------------- */

static void write_commit(const struct commit *commit, int second)
{
	printf("commit refs/heads/step\nmark :%d\ncommitter A <a@example.com> %d +0000\n"
	       "data 2\ns\n",
		commit_count + 1, 1767225600 + commit_count * 60);
	if (commit->parent >= 0)
		printf("from :%d\n", commit->parent + 1);
	if (second >= 0)
		printf("merge :%d\n", second + 1);
	puts("deleteall");
	for (size_t i = 0; i < commit->tree.count; i++) {
		const struct file *file = &commit->tree.files[i];

		if (file->mode == MODE_SUBMODULE) {
			printf("M 160000 %040d \"%s\"\n", 7, file->path);
			continue;
		}
		printf("M %s inline \"%s\"\ndata %zu\n", modes[file->mode], file->path,
			file->text->len);
		fwrite(file->text->ptr, 1, file->text->len, stdout);
		putchar('\n');
	}
	putchar('\n');
}

static int make(const struct tree *tree, int parent, int second)
{
	struct commit *commit = &commits[commit_count];

	commit->tree = *tree;
	commit->parent = parent;
	commit->merge = second >= 0;
	if (parent < 0) /* without a parent fast-import goes on from the branch */
		puts("reset refs/heads/step");
	write_commit(commit, second);
	return commit_count++;
}

static void merge(int other)
{
	struct tree tree = commits[head].tree;

	for (size_t i = 0; i < commits[other].tree.count; i++) {
		const struct file *theirs = &commits[other].tree.files[i];
		struct file *file;

		if (!below(3))
			continue;
		file = place(&tree, theirs->path);
		if (file)
			*file = *theirs;
	}
	if (!below(3))
		edit(&tree); /* what the merge itself changed */
	head = make(&tree, head, other);
}

/* The last commits again on another base: their files over its. */
static void rebase(int onto)
{
	struct tree tree = commits[onto].tree;
	const struct tree *mine = &commits[head].tree;

	for (size_t times = 1 + below(3); times-- && commit_count < MAX_COMMITS - 2;) {
		for (size_t i = 0; i < mine->count; i++) {
			struct file *file = below(2) ? place(&tree, mine->files[i].path) : NULL;

			if (file)
				*file = mine->files[i];
		}
		onto = make(&tree, onto, -1);
	}
	head = onto;
}

static void step(void)
{
	struct tree tree = commits[head].tree;
	int other = (int)below((size_t)commit_count), parent = commits[head].parent;

	switch (below(14)) {
	case 0:
		merge(other);
		break;
	case 1: /* amend */
		change(&tree);
		head = make(&tree, parent, -1);
		break;
	case 2:
		rebase(other);
		break;
	case 3: /* revert */
		if (parent >= 0)
			head = make(&commits[parent].tree, head, -1);
		break;
	case 4: /* another branch, or forced back */
		head = other;
		break;
	default:
		change(&tree);
		head = make(&tree, head, -1);
	}
	fprintf(steps, "%d\n", head + 1);
}

int main(int argc, char **argv)
{
	static const struct tree empty;
	struct tree tree = empty;
	long count;

	if (argc > 1 && !strcmp(argv[1], "-e")) {
		only_edits = true;
		argc--;
		argv++;
	}
	if (argc < 4) {
		fputs("usage: history [-e] STEPS SEED FILE...\n", stderr);
		return 129;
	}
	count = strtol(argv[1], NULL, 10);
	state = strtoull(argv[2], NULL, 10) * 0x2545f4914f6cdd1du;
	read_pool(argc - 3, argv + 3);
	commits = need(calloc(MAX_COMMITS, sizeof(*commits)));
	steps = need(fdopen(3, "w"));
	for (int i = 0; i < 12; i++)
		add_file(&tree);
	head = make(&tree, -1, -1);
	fprintf(steps, "%d\n", head + 1);
	while (--count > 0 && commit_count < MAX_COMMITS - 4)
		step();
	puts("done");
	return fclose(steps) || fflush(stdout) ? 1 : 0;
}

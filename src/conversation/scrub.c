/*
 * The scrubber: candidates by rule, then who owns which bytes, then pseudonyms. The result is
 * scrubbed again until nothing new is found; a text that does not settle is refused.
 */
#include "conversation/scrubber.h"

#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_BACK 256 /* bytes before a keyword where a match may begin */
#define ROUNDS 4
#define SALT_BYTES 32
#define PIECE_MIN 6 /* bytes that a stronger rule left of a secret: fewer tell nothing */
#define SALT_FILE "salt"

struct candidate {
	struct span span;
	uint32_t rule;
	enum plausible plausible;
};

struct scrubber {
	struct scrub_rules rules;
	struct prefilter *prefilter;
	struct names *names;
	uint32_t name_rule, user_rule;
	char salt[SALT_HEX + 1];

	/* Of the text in hand; kept between calls for their memory. */
	const char *text;
	size_t len;
	bool secrets_only, gave_up;
	size_t *scanned; /* per rule: end of what was looked at */
	struct candidate *found;
	size_t found_count, found_capacity;
};

/* ---- salt ---- */

static int random_salt(char hex[SALT_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[SALT_BYTES];
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

	if (fd >= 0)
		close(fd);
	if (got != (ssize_t)sizeof(bytes))
		return fail(E_IO, "cannot read /dev/urandom: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[SALT_HEX] = '\0';
	return 0;
}

static int load_salt(const char *path, char hex[SALT_HEX + 1])
{
	struct buf text = BUF_INIT;
	int rc = file_read(path, 1024, &text);

	buf_trim(&text);
	if (!rc && text.len != SALT_HEX)
		rc = fail(E_INVALID,
			"'%s' is damaged: restore it, or remove it to get new pseudonyms", path);
	if (!rc)
		memcpy(hex, text.ptr, SALT_HEX + 1);
	buf_release(&text);
	return rc;
}

/* Two processes may make it at once: link() lets one win, and both read the winner's. */
static int keep_salt(const char *path, const char *hex)
{
	char *mine = xstrfmt("%s.%ld", path, (long)getpid());
	int rc = file_write(mine, hex, SALT_HEX, 0600);

	if (!rc && link(mine, path) && errno != EEXIST)
		rc = fail(E_IO, "cannot create '%s': %s", path, strerror(errno));
	unlink(mine);
	free(mine);
	return rc;
}

static int find_salt(struct session *session, bool may_write, char hex[SALT_HEX + 1])
{
	char *path = path_join(store_folder(session->store), SALT_FILE);
	int rc = load_salt(path, hex);

	if (rc == E_NOTFOUND) {
		error_clear();
		rc = random_salt(hex);
		if (!rc && may_write)
			rc = keep_salt(path, hex);
		if (!rc && may_write)
			rc = load_salt(path, hex);
	}
	free(path);
	return rc;
}

/* ---- opening ---- */

static int load_rules(struct scrubber *scrubber, const char *text)
{
	int rc = rules_parse(text, &scrubber->rules);

	if (rc)
		return rc;
	scrubber->prefilter = prefilter_new();
	for (size_t i = 0; i < scrubber->rules.count; i++) {
		const struct scrub_rule *rule = &scrubber->rules.items[i];

		for (size_t k = 0; k < rule->keywords.count; k++)
			prefilter_add(scrubber->prefilter, rule->keywords.items[k], (uint32_t)i);
		if (!rule->regex && rule->form == &form_name)
			scrubber->name_rule = (uint32_t)i;
		if (!rule->regex && rule->form == &form_user)
			scrubber->user_rule = (uint32_t)i;
	}
	prefilter_build(scrubber->prefilter);
	scrubber->scanned = xcalloc(scrubber->rules.count, sizeof(*scrubber->scanned));
	scrubber->names = names_new(&scrubber->rules.common);
	return 0;
}

static int load_names(struct scrubber *scrubber, struct session *session)
{
	const char *home = home_dir(), *work = session ? repo_work_dir(session->repo) : NULL;

	/* A project named like its author is still a project. */
	if (work)
		map_put_str(&scrubber->rules.common, path_base(work), NULL);
	if (home)
		names_add_user(scrubber->names, path_base(home));
	return session ? names_add_history(scrubber->names, session->repo) : 0;
}

int scrubber_from_rules(const char *rules, struct scrubber **out)
{
	struct scrubber *scrubber = xcalloc(1, sizeof(*scrubber));
	int rc = load_rules(scrubber, rules);

	*out = NULL;
	if (!rc)
		rc = random_salt(scrubber->salt);
	if (rc)
		scrubber_free(scrubber);
	else
		*out = scrubber;
	return rc;
}

int scrubber_make(struct session *session, bool may_write, struct scrubber **out)
{
	struct scrubber *scrubber = NULL;
	int rc = scrubber_from_rules(scrub_rules_conf, &scrubber);

	*out = NULL;
	if (!rc && session)
		rc = find_salt(session, may_write, scrubber->salt);
	if (!rc)
		rc = load_names(scrubber, session);
	if (rc)
		scrubber_free(scrubber);
	else
		*out = scrubber;
	return rc;
}

int scrubber_open(struct session *session, struct scrubber **out)
{
	return scrubber_make(session, true, out);
}

void scrubber_set_salt(struct scrubber *scrubber, const char *salt)
{
	digest_bytes(salt, strlen(salt), scrubber->salt);
}

void scrubber_free(struct scrubber *scrubber)
{
	if (!scrubber)
		return;
	names_free(scrubber->names);
	prefilter_free(scrubber->prefilter);
	rules_release(&scrubber->rules);
	free(scrubber->scanned);
	free(scrubber->found);
	free(scrubber);
}

/* ---- candidates ---- */

static void add_candidate(
	struct scrubber *scrubber, uint32_t rule, struct span span, enum plausible plausible)
{
	if (plausible == PLAUSIBLE_NO || span.end <= span.start)
		return;
	GROW(scrubber->found, scrubber->found_count, scrubber->found_capacity);
	scrubber->found[scrubber->found_count++] = (struct candidate){span, rule, plausible};
}

static bool is_allowed(
	const struct scrub_rule *rule, const char *text, struct span match, struct span secret)
{
	for (size_t i = 0; i < rule->allow_count; i++)
		if (regex_test(rule->allow[i], text + secret.start, secret.end - secret.start))
			return true;
	return rule->allow_match &&
	       regex_test(rule->allow_match, text + match.start, match.end - match.start);
}

/* Tries a rule on text[start..end). A match that a cut end may have shortened is tried again. */
static size_t try_rule(
	struct scrubber *scrubber, uint32_t index, size_t start, size_t end, size_t limit)
{
	const struct scrub_rule *rule = &scrubber->rules.items[index];
	struct span spans[4];

	while (regex_match(rule->regex, scrubber->text, end, start, spans, ARRAY_SIZE(spans))) {
		struct span span =
			spans[rule->group].start != SIZE_MAX ? spans[rule->group] : spans[0];

		if (spans[0].end == end && end < limit) {
			end = limit - end > rule->reach ? end + rule->reach : limit;
			start = spans[0].start;
			continue;
		}
		if (!is_allowed(rule, scrubber->text, spans[0], span))
			add_candidate(scrubber, index, span,
				rule->form->plausible(rule, scrubber->text, scrubber->len, span));
		start = spans[0].end > start ? spans[0].end : start + 1;
	}
	scrubber->gave_up = scrubber->gave_up || regex_gave_up(rule->regex);
	return end;
}

static size_t line_start(const char *text, size_t at, size_t most)
{
	size_t limit = at > most ? at - most : 0;

	while (at > limit && text[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const char *text, size_t len, size_t at)
{
	const char *end = at < len ? memchr(text + at, '\n', len - at) : NULL;

	return end ? (size_t)(end - text) : len;
}

static void near_keyword(uint32_t index, size_t end, void *payload)
{
	struct scrubber *scrubber = payload;
	const struct scrub_rule *rule = &scrubber->rules.items[index];
	size_t start, limit = scrubber->len;

	if ((scrubber->secrets_only && !rule->form->secret) || end <= scrubber->scanned[index])
		return;
	start = line_start(scrubber->text, end, LOOK_BACK);
	if (start < scrubber->scanned[index])
		start = scrubber->scanned[index];
	/* To the end of the line, however long: no rule looks at a byte twice. */
	if (!rule->lines)
		end = limit = line_end(scrubber->text, scrubber->len, end);
	else
		end = limit - end > rule->reach ? end + rule->reach : limit;
	scrubber->scanned[index] = try_rule(scrubber, index, start, end, limit);
}

static void near_name(struct span span, bool user, void *payload)
{
	struct scrubber *scrubber = payload;
	uint32_t index = user ? scrubber->user_rule : scrubber->name_rule;
	const struct scrub_rule *rule = &scrubber->rules.items[index];

	add_candidate(scrubber, index, span,
		rule->form->plausible(rule, scrubber->text, scrubber->len, span));
}

static void find_candidates(
	struct scrubber *scrubber, const char *text, size_t len, bool secrets_only)
{
	scrubber->text = text;
	scrubber->len = len;
	scrubber->secrets_only = secrets_only;
	scrubber->gave_up = false;
	scrubber->found_count = 0;
	memset(scrubber->scanned, 0, scrubber->rules.count * sizeof(*scrubber->scanned));
	prefilter_scan(scrubber->prefilter, text, len, near_keyword, scrubber);
	for (uint32_t i = 0; i < scrubber->rules.count; i++) {
		const struct scrub_rule *rule = &scrubber->rules.items[i];

		if (rule->regex && !rule->keywords.count && (rule->form->secret || !secrets_only))
			try_rule(scrubber, i, 0, len, len);
	}
	if (!secrets_only)
		names_scan(scrubber->names, text, len, near_name, scrubber);
}

/* ---- who owns which bytes ---- */

static int by_rule(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->span.start < y->span.start ? -1 : x->span.start > y->span.start;
}

static int by_place(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->span.start < y->span.start ? -1 : x->span.start > y->span.start;
}

/* What is still free of a candidate's bytes becomes a candidate each, appended to `kept`. */
static void claim(const struct scrubber *scrubber, const struct candidate *candidate, bool *taken,
	struct candidate **kept, size_t *count, size_t *capacity)
{
	bool secret = scrubber->rules.items[candidate->rule].form->secret;
	size_t at = candidate->span.start, end = candidate->span.end;

	while (at < end) {
		size_t start;
		bool whole;

		while (at < end && taken[at])
			at++;
		start = at;
		while (at < end && !taken[at])
			at++;
		whole = start == candidate->span.start && at == end;
		if (start == at || (!whole && (!secret || at - start < PIECE_MIN)))
			continue;
		memset(taken + start, true, at - start);
		GROW(*kept, *count, *capacity);
		(*kept)[*count] = *candidate;
		(*kept)[(*count)++].span = (struct span){start, at};
	}
}

/* Of a cut secret, the pieces that are pseudonyms already stay as they are. */
static void recheck_pieces(const struct scrubber *scrubber, struct candidate *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct scrub_rule *rule = &scrubber->rules.items[items[i].rule];

		if (items[i].plausible == PLAUSIBLE_YES)
			items[i].plausible = rule->form->plausible(
				rule, scrubber->text, scrubber->len, items[i].span);
	}
}

/* Sorts the candidates, drops what a stronger rule owns, and leaves them in order of place. */
static void resolve(struct scrubber *scrubber)
{
	struct candidate *kept = NULL;
	size_t count = 0, capacity = 0;
	bool *taken;

	if (!scrubber->found_count)
		return;
	taken = xcalloc(scrubber->len + 1, sizeof(*taken));
	qsort(scrubber->found, scrubber->found_count, sizeof(*scrubber->found), by_rule);
	for (size_t i = 0; i < scrubber->found_count; i++)
		claim(scrubber, &scrubber->found[i], taken, &kept, &count, &capacity);
	recheck_pieces(scrubber, kept, count);
	if (count)
		qsort(kept, count, sizeof(*kept), by_place);
	free(taken);
	free(scrubber->found);
	scrubber->found = kept;
	scrubber->found_count = count;
	scrubber->found_capacity = capacity;
}

/* ---- replacing ---- */

static int replace_all(
	struct scrubber *scrubber, struct buf *out, scrub_fn fn, void *payload, size_t *replaced)
{
	struct buf fake = BUF_INIT;
	size_t at = 0;
	int rc = 0;

	*replaced = 0;
	for (size_t i = 0; i < scrubber->found_count && !rc; i++) {
		const struct candidate *candidate = &scrubber->found[i];
		const struct scrub_rule *rule = &scrubber->rules.items[candidate->rule];
		struct scrub_finding finding = {
			rule->id, candidate->span.start, candidate->span.end};

		if (candidate->plausible != PLAUSIBLE_YES)
			continue;
		buf_add(out, scrubber->text + at, finding.start - at);
		buf_clear(&fake);
		rule->form->replace(scrubber->salt, scrubber->text + finding.start,
			finding.end - finding.start, &fake);
		buf_add(out, fake.ptr, fake.len);
		at = finding.end;
		++*replaced;
		rc = fn ? fn(&finding, fake.ptr, payload) : 0;
	}
	buf_add(out, scrubber->text + at, scrubber->len - at);
	buf_release(&fake);
	return rc;
}

int scrub_text(struct scrubber *scrubber, const char *text, size_t len, struct buf *out,
	scrub_fn fn, void *payload)
{
	struct buf clean = BUF_INIT, last = BUF_INIT;
	size_t replaced = 1;
	int rc = 0;

	for (int round = 0; replaced && !rc; round++) {
		struct buf swap = last;

		if (round == ROUNDS) {
			rc = fail(E_INVALID, "this text does not settle when it is scrubbed");
			break;
		}
		last = clean;
		clean = swap;
		buf_clear(&clean);
		find_candidates(scrubber, round ? last.ptr : text, round ? last.len : len, false);
		resolve(scrubber);
		if (scrubber->gave_up)
			rc = fail(E_INVALID, "a scrubbing rule gave up on this text");
		else
			rc = replace_all(scrubber, &clean, round ? NULL : fn, payload, &replaced);
	}
	if (!rc)
		buf_add(out, clean.ptr, clean.len);
	buf_release(&last);
	buf_release(&clean);
	return rc;
}

size_t scrub_count_secrets(struct scrubber *scrubber, const char *text, size_t len)
{
	size_t count = 0;

	find_candidates(scrubber, text, len, true);
	resolve(scrubber);
	for (size_t i = 0; i < scrubber->found_count; i++)
		count += scrubber->found[i].plausible == PLAUSIBLE_YES;
	/* What could not be searched is not known to be clean. */
	return count + scrubber->gave_up;
}

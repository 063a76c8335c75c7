/*
 * The scrubber: candidates by rule, then who owns which bytes, then pseudonyms. The result is
 * scrubbed again until nothing new is found; a text that does not settle is refused. Long texts go
 * through in windows that are cut where nothing is cut in two.
 */
#include "scrub/find.h"

#include "flywheel/repo.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 4
#define PIECE_MIN 6 /* bytes that a stronger rule left of a secret: fewer tell nothing */
#define WINDOW ((size_t)256 << 10)
#define WINDOW_MAX ((size_t)16 << 20) /* of a text with no place to cut it */
#define TAIL ((size_t)4 << 10)        /* bytes at the end of a window that the next one looks at */
#define AROUND 256                    /* bytes around a change that are looked at again, at least */
#define KNOWN_MAX 20000               /* pseudonyms remembered */

struct scrubber {
	struct scrub_rules rules;
	struct finder finder;
	char salt[SALT_HEX + 1]; /* "": pseudonyms by form alone */
	bool secrets_only;
	struct map known; /* form and value -> pseudonym */

	/* Of the window in hand; kept between calls for their memory. */
	bool *taken; /* per byte; all false between uses */
	size_t taken_capacity;
	struct candidate *kept;
	size_t kept_count, kept_capacity;
	struct span *changed; /* parts that must be looked at again */
	size_t changed_count, changed_capacity;
	struct buf piece, part, next;
};

/* ---- opening ---- */

static int load_names(struct scrubber *scrubber, struct session *session)
{
	const char *home = home_dir(), *work = session ? repo_work_dir(session->repo) : NULL;

	/* A project named like its author is still a project. */
	if (work)
		map_put_str(&scrubber->rules.common, path_base(work), NULL);
	if (home)
		names_add_user(scrubber->finder.names, path_base(home));
	return session ? names_add_history(scrubber->finder.names, session->repo) : 0;
}

static int make(const char *rules, struct session *session, struct scrubber **out)
{
	struct scrubber *scrubber = xcalloc(1, sizeof(*scrubber));
	int rc = rules_parse(rules, &scrubber->rules);

	*out = NULL;
	buf_init(&scrubber->piece);
	buf_init(&scrubber->part);
	buf_init(&scrubber->next);
	if (!rc && session)
		rc = rules_add_user(&scrubber->rules, session);
	if (!rc) {
		finder_init(&scrubber->finder, &scrubber->rules);
		rc = salt_random(scrubber->salt);
	}
	if (rc)
		scrubber_free(scrubber);
	else
		*out = scrubber;
	return rc;
}

int scrubber_from_rules(const char *rules, struct scrubber **out)
{
	return make(rules, NULL, out);
}

int scrubber_make(struct session *session, bool may_write, struct scrubber **out)
{
	struct scrubber *scrubber = NULL;
	int rc = make(scrub_rules_conf, session, &scrubber);

	*out = NULL;
	/* Who scrubs holds raw talk: no crash may write it to a disk. */
	process_no_core();
	if (!rc && session && session->store)
		rc = salt_find(session, may_write, scrubber->salt);
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

int scrubber_open_for_code(struct session *session, struct scrubber **out)
{
	int rc = make(scrub_rules_conf, session, out);

	if (rc)
		return rc;
	(*out)->secrets_only = true;
	(*out)->salt[0] = '\0';
	return 0;
}

void scrub_version(struct session *session, char hex[65])
{
	struct digest *digest = digest_new();

	digest_addstr(digest, scrub_rules_conf);
	digest_addstr(digest, judge_tsv);
	rules_digest_user(digest, session);
	digest_finish(digest, hex);
}

static void forget(struct scrubber *scrubber)
{
	for (size_t i = 0; i < scrubber->known.count; i++)
		free(scrubber->known.entries[i].value.ptr);
	map_release(&scrubber->known);
}

void scrubber_set_salt(struct scrubber *scrubber, const char *salt)
{
	forget(scrubber);
	digest_bytes(salt, strlen(salt), scrubber->salt);
}

void scrubber_free(struct scrubber *scrubber)
{
	if (!scrubber)
		return;
	forget(scrubber);
	finder_release(&scrubber->finder);
	rules_release(&scrubber->rules);
	free(scrubber->taken);
	free(scrubber->kept);
	free(scrubber->changed);
	buf_release(&scrubber->piece);
	buf_release(&scrubber->part);
	buf_release(&scrubber->next);
	free(scrubber);
}

/* ---- who owns which bytes ---- */

static int by_rule(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (x->span.start != y->span.start)
		return x->span.start < y->span.start ? -1 : 1;
	return x->span.end > y->span.end ? -1 : x->span.end < y->span.end;
}

static int by_place(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->span.start < y->span.start ? -1 : x->span.start > y->span.start;
}

static void keep(
	struct scrubber *scrubber, const struct candidate *candidate, size_t start, size_t end)
{
	struct candidate *kept;

	memset(scrubber->taken + start, true, end - start);
	GROW(scrubber->kept, scrubber->kept_count, scrubber->kept_capacity);
	kept = &scrubber->kept[scrubber->kept_count++];
	*kept = *candidate;
	kept->span = (struct span){start, end};
}

/* What is still free of a candidate's bytes becomes a finding each. */
static void claim(struct scrubber *scrubber, const struct candidate *candidate)
{
	const struct scrub_rule *rule = &scrubber->rules.items[candidate->rule];
	/* What the judge finds by itself has no edges that it knows of: a rule's are better. */
	bool parts = rule->form->secret && !rule->judged;
	size_t at = candidate->span.start, end = candidate->span.end;

	while (at < end) {
		size_t start;
		bool whole;

		while (at < end && scrubber->taken[at])
			at++;
		start = at;
		while (at < end && !scrubber->taken[at])
			at++;
		whole = start == candidate->span.start && at == end;
		if (start == at || (!whole && (!parts || at - start < PIECE_MIN)))
			continue;
		keep(scrubber, candidate, start, at);
	}
}

/* Of a cut secret, the pieces that are pseudonyms already stay as they are. */
static void recheck_pieces(struct scrubber *scrubber, const char *text)
{
	for (size_t i = 0; i < scrubber->kept_count; i++) {
		struct candidate *kept = &scrubber->kept[i];

		if (kept->plausible == PLAUSIBLE_YES &&
			scrubber->rules.items[kept->rule].form == &form_key &&
			key_is_ours(text + kept->span.start, kept->span.end - kept->span.start))
			kept->plausible = PLAUSIBLE_OURS;
	}
}

/* The findings in text[0..len), in order of place: of two rules the earlier owns the bytes. */
static void resolve(struct scrubber *scrubber, const char *text, size_t len)
{
	struct finder *finder = &scrubber->finder;

	scrubber->kept_count = 0;
	if (!finder->found_count)
		return;
	if (scrubber->taken_capacity < len) {
		free(scrubber->taken);
		scrubber->taken = xcalloc(len, sizeof(*scrubber->taken));
		scrubber->taken_capacity = len;
	}
	qsort(finder->found, finder->found_count, sizeof(*finder->found), by_rule);
	for (size_t i = 0; i < finder->found_count; i++)
		if (finder->found[i].span.end <= len)
			claim(scrubber, &finder->found[i]);
	recheck_pieces(scrubber, text);
	if (scrubber->kept_count)
		qsort(scrubber->kept, scrubber->kept_count, sizeof(*scrubber->kept), by_place);
	for (size_t i = 0; i < scrubber->kept_count; i++)
		memset(scrubber->taken + scrubber->kept[i].span.start, false,
			scrubber->kept[i].span.end - scrubber->kept[i].span.start);
}

/* ---- replacing ---- */

static const char *pseudonym(
	struct scrubber *scrubber, const struct form *form, const char *text, size_t len)
{
	struct buf key = BUF_INIT, fake = BUF_INIT;
	struct map_entry *entry;
	bool fresh;

	if (scrubber->known.count >= KNOWN_MAX)
		forget(scrubber);
	buf_addstr(&key, form->name);
	buf_addch(&key, '\0');
	buf_add(&key, text, len);
	entry = map_put(&scrubber->known, key.ptr, key.len, &fresh);
	buf_release(&key);
	if (fresh) {
		form->replace(scrubber->salt, text, len, &fake);
		entry->value.ptr = buf_detach(&fake);
	}
	return entry->value.ptr;
}

/*
 * Appends part of a text with its findings replaced; *at: the first that may lie in it, and then
 * the first behind it.
 */
static int replace_part(struct scrubber *scrubber, const char *text, struct span part,
	size_t offset, size_t *at, struct buf *out, scrub_fn fn, void *payload)
{
	size_t done = part.start;
	int rc = 0;

	for (; *at < scrubber->kept_count && scrubber->kept[*at].span.start < part.end && !rc;
		++*at) {
		const struct candidate *kept = &scrubber->kept[*at];
		const struct scrub_rule *rule = &scrubber->rules.items[kept->rule];
		struct scrub_finding finding = {
			rule->id, offset + kept->span.start, offset + kept->span.end};
		const char *fake;

		if (kept->plausible != PLAUSIBLE_YES)
			continue;
		fake = pseudonym(scrubber, rule->form, text + kept->span.start,
			kept->span.end - kept->span.start);
		buf_add(out, text + done, kept->span.start - done);
		buf_addstr(out, fake);
		done = kept->span.end;
		rc = fn ? fn(&finding, fake, payload) : 0;
	}
	buf_add(out, text + done, part.end - done);
	return rc;
}

/* A line that another goes on in is not over. */
static bool is_line_start(const char *text, size_t at)
{
	return !at || (text[at - 1] == '\n' && (at < 2 || text[at - 2] != '\\'));
}

/* A place where nothing goes over from line to line: nor two literals that are glued together. */
static bool is_apart(const struct scrubber *scrubber, const char *text, size_t len, size_t at)
{
	if (at == len)
		return true;
	if (scrubber->taken[at] || !is_line_start(text, at))
		return false;
	while (at < len && (text[at] == ' ' || text[at] == '\t'))
		at++;
	return at == len || !strchr("\"'+.&", text[at]);
}

/* Has something been put there that a rule may see a secret in? */
static bool is_change(
	const struct scrubber *scrubber, const struct candidate *kept, const char *text)
{
	const struct form *form = scrubber->rules.items[kept->rule].form;

	if (kept->plausible != PLAUSIBLE_YES)
		return false;
	/* Addresses and names come from ranges where none does, if not in https://name:here. */
	return (form != &form_email && form != &form_name) ||
	       (kept->span.start && text[kept->span.start - 1] == ':');
}

/* Where the insides of what rules matched lie: nothing is cut there. */
static void mark_matches(struct scrubber *scrubber, size_t len, bool inside)
{
	const struct finder *finder = &scrubber->finder;

	for (size_t i = 0; i < finder->found_count; i++) {
		struct span match = finder->found[i].match;

		if (match.end > len)
			match.end = len;
		if (match.start + 1 < match.end)
			memset(scrubber->taken + match.start + 1, inside,
				match.end - match.start - 1);
	}
}

/* The parts that are looked at again: lines around a change and all that a rule saw at once. */
static void find_changed(struct scrubber *scrubber, const char *text, size_t len)
{
	scrubber->changed_count = 0;
	if (scrubber->kept_count)
		mark_matches(scrubber, len, true);
	for (size_t i = 0; i < scrubber->kept_count; i++) {
		const struct candidate *kept = &scrubber->kept[i];
		size_t count = scrubber->changed_count;
		size_t start = kept->span.start > AROUND ? kept->span.start - AROUND : 0;
		size_t end = len - kept->span.end > AROUND ? kept->span.end + AROUND : len;

		if (!is_change(scrubber, kept, text))
			continue;
		while (start && !is_apart(scrubber, text, len, start))
			start--;
		while (!is_apart(scrubber, text, len, end))
			end++;
		if (count && start <= scrubber->changed[count - 1].end) {
			if (end > scrubber->changed[count - 1].end)
				scrubber->changed[count - 1].end = end;
			continue;
		}
		GROW(scrubber->changed, scrubber->changed_count, scrubber->changed_capacity);
		scrubber->changed[scrubber->changed_count++] = (struct span){start, end};
	}
	if (scrubber->kept_count)
		mark_matches(scrubber, len, false);
}

/* Writes text[0..len) with its findings replaced to `piece`, where the changed parts lie then. */
static int replace_all(struct scrubber *scrubber, const char *text, size_t len, size_t offset,
	scrub_fn fn, void *payload)
{
	struct buf *piece = &scrubber->piece;
	size_t at = 0, done = 0;
	int rc = 0;

	buf_clear(piece);
	find_changed(scrubber, text, len);
	for (size_t i = 0; i < scrubber->changed_count && !rc; i++) {
		struct span *changed = &scrubber->changed[i], part = *changed;

		rc = replace_part(scrubber, text, (struct span){done, part.start}, offset, &at,
			piece, fn, payload);
		changed->start = piece->len;
		if (!rc)
			rc = replace_part(scrubber, text, part, offset, &at, piece, fn, payload);
		changed->end = piece->len;
		done = part.end;
	}
	return rc ? rc
		  : replace_part(scrubber, text, (struct span){done, len}, offset, &at, piece, fn,
			    payload);
}

static int gave_up(void)
{
	return fail(E_INVALID, "a scrubbing rule gave up on this text");
}

static bool is_settled(const struct scrubber *scrubber, const char *text)
{
	for (size_t i = 0; i < scrubber->kept_count; i++)
		if (is_change(scrubber, &scrubber->kept[i], text))
			return false;
	return true;
}

/* Appends a part, scrubbed until nothing is found in it any more. */
static int settle(struct scrubber *scrubber, const char *text, size_t len, struct buf *out)
{
	struct buf *part = &scrubber->part, *next = &scrubber->next;
	bool settled = false;
	int rc = 0;

	buf_clear(part);
	buf_add(part, text, len);
	for (int round = 1; !settled && !rc; round++) {
		size_t at = 0;
		struct buf swap;

		if (round == ROUNDS)
			return fail(E_INVALID, "this text does not settle when it is scrubbed");
		finder_find(&scrubber->finder, part->ptr, part->len, scrubber->secrets_only);
		if (scrubber->finder.gave_up)
			return gave_up();
		resolve(scrubber, part->ptr, part->len);
		settled = is_settled(scrubber, part->ptr);
		buf_clear(next);
		rc = replace_part(
			scrubber, part->ptr, (struct span){0, part->len}, 0, &at, next, NULL, NULL);
		swap = *part;
		*part = *next;
		*next = swap;
	}
	buf_add(out, part->ptr, part->len);
	return rc;
}

/* Appends the piece, its changed parts scrubbed again. */
static int settle_all(struct scrubber *scrubber, struct buf *out)
{
	const char *piece = scrubber->piece.ptr;
	size_t done = 0;
	int rc = 0;

	for (size_t i = 0; i < scrubber->changed_count && !rc; i++) {
		struct span part = scrubber->changed[i];

		buf_add(out, piece + done, part.start - done);
		rc = settle(scrubber, piece + part.start, part.end - part.start, out);
		done = part.end;
	}
	buf_add(out, piece + done, scrubber->piece.len - done);
	return rc;
}

/* ---- windows ---- */

/* The place to cut, at most `at`, that lies inside no match; 0: there is none. */
static size_t before_matches(const struct finder *finder, size_t at)
{
	bool moved = true;

	while (moved && at) {
		moved = false;
		for (size_t i = 0; i < finder->found_count; i++) {
			const struct span *match = &finder->found[i].match;

			if (match->start < at && match->end > at) {
				at = match->start;
				moved = true;
			}
		}
	}
	return at;
}

/* Where the first piece of a window ends: at the end of a line, if possible. */
static size_t find_cut(const struct finder *finder, const char *text, size_t len)
{
	size_t most = len > 2 * TAIL ? len - TAIL : 0, line = most, space;

	while (line > len / 2) {
		size_t quiet;

		while (line > len / 2 && !is_line_start(text, line))
			line--;
		if (line <= len / 2)
			break;
		quiet = before_matches(finder, line);
		if (quiet == line)
			return line;
		line = quiet;
	}
	for (space = most; space > len / 2 && text[space - 1] != ' '; space--)
		;
	return before_matches(finder, space > len / 2 ? space : most);
}

int scrub_window(struct scrubber *scrubber, const char *text, size_t len, bool last, size_t offset,
	struct buf *out, scrub_fn fn, void *payload, size_t *done)
{
	int rc;

	finder_find(&scrubber->finder, text, len, scrubber->secrets_only);
	*done = last ? len : find_cut(&scrubber->finder, text, len);
	if (scrubber->finder.gave_up)
		return gave_up();
	if (!*done)
		return len < WINDOW_MAX ? 0
					: fail(E_INVALID, "a finding of more than %zu MiB",
						  WINDOW_MAX >> 20);
	resolve(scrubber, text, *done);
	rc = replace_all(scrubber, text, *done, offset, fn, payload);
	return rc ? rc : settle_all(scrubber, out);
}

int scrub_text(struct scrubber *scrubber, const char *text, size_t len, struct buf *out,
	scrub_fn fn, void *payload)
{
	size_t start = out->len, at = 0, size = WINDOW, done = 0;
	int rc = 0;

	while (at < len && !rc) {
		bool last = len - at <= size;

		rc = scrub_window(scrubber, text + at, last ? len - at : size, last, at, out, fn,
			payload, &done);
		size = done ? WINDOW : size * 2;
		at += done;
	}
	if (rc)
		buf_truncate(out, start);
	return rc;
}

size_t scrub_count_secrets(struct scrubber *scrubber, const char *text, size_t len)
{
	size_t count = 0;

	finder_find(&scrubber->finder, text, len, true);
	resolve(scrubber, text, len);
	for (size_t i = 0; i < scrubber->kept_count; i++)
		count += scrubber->kept[i].plausible == PLAUSIBLE_YES &&
			 scrubber->rules.items[scrubber->kept[i].rule].form->secret;
	/* What could not be searched is not known to be clean. */
	return count + scrubber->finder.gave_up;
}

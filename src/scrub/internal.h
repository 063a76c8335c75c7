/*
 * Inside of the scrubber. A text goes through the prefilter (which rules can match at all, and
 * where), the rules' patterns, a check of plausibility by form, and a pseudonym of the same form.
 */
#ifndef SCRUB_INTERNAL_H
#define SCRUB_INTERNAL_H

#include "flywheel/scrub.h"
#include "util/map.h"
#include "util/regex.h"
#include "util/strings.h"

#define SALT_HEX 64
#define CONTEXT_REACH 48 /* bytes before a match that its context may lie in */
#define THEN_REACH 48    /* bytes after a keyword where what must follow it is looked for */

/* ---- forms: what a finding is, and so what may stand in its place ---- */

enum plausible {
	PLAUSIBLE_NO,   /* a placeholder, a version number, a word */
	PLAUSIBLE_OURS, /* a pseudonym that we made: it stays */
	PLAUSIBLE_YES
};

struct scrub_rule;
struct form {
	const char *name;
	bool secret; /* otherwise personal data */
	/* `text` is the whole input, `span` the finding: what stands around it may tell. */
	enum plausible (*plausible)(
		const struct scrub_rule *rule, const char *text, size_t len, struct span span);
	/* Appends a pseudonym of the same form; the same input and salt give the same bytes. */
	void (*replace)(const char *salt, const char *text, size_t len, struct buf *out);
};
const struct form *form_find(const char *name); /* NULL when unknown */

extern const struct form form_key, form_email, form_ipv4, form_ipv6, form_host, form_user,
	form_card, form_iban, form_phone, form_name;

/* True for a fake that replace made, on any machine, with any salt. */
bool key_is_ours(const char *text, size_t len);
/* Does a run of letters look like a word of a language, or of a programmer? */
bool is_word(const char *text, size_t len, double strictness);
/* How far letters are from a word: the mean cost of a pair of them, from 0 to 16. */
double word_cost(const char *text, size_t len);
/* The end of a word of an identifier: getHTTPToken is get, HTTP and Token. `start`: no letter. */
size_t word_end(const char *text, size_t len, size_t start);

/* A number that follows from salt, text and counter by SHA-256; salt "": from the length alone. */
uint64_t salted_number(const char *salt, const char *text, size_t len, unsigned counter);

/* ---- rules ---- */

struct scrub_rule {
	char *id;
	const struct form *form;
	char *pattern;       /* NULL: found by the list of known names */
	struct regex *regex; /* compiled when it is first tried: most runs need few */
	size_t group;
	size_t back;             /* bytes before a keyword's end where a match may begin */
	size_t run;              /* without keywords: tried in runs of so many bytes at least ... */
	bool run_of[256];        /* ... of these only */
	size_t reach;            /* bytes looked at after a keyword, where `lines` is set */
	uint32_t then;           /* one of these stands near the keyword; 0: anything */
	bool lines, uuid, words; /* may span lines; a UUID, or plain words, may be the secret */
	bool user;               /* not ours: its patterns get a small budget */
	bool password;           /* made by people: short, and told by its place */
	bool judged;             /* without a pattern: what the judge finds */
	double entropy;          /* bits per byte that the secret must have */
	struct strings allow_patterns;
	char *allow_match_pattern, *context_pattern;
	struct regex **allow;      /* a secret that matches one is none */
	struct regex *allow_match; /* the same for all of the match; may be NULL */
	struct regex *context;     /* what stands before the match must match this; may be NULL */
	struct strings keywords, samples, safe;
};
struct scrub_rules {
	struct scrub_rule *items; /* earlier rules win where two overlap */
	size_t count, capacity;
	uint32_t then_bit[256]; /* of the bytes that a rule's `then` names; 31 at most */
	unsigned then_count;
	struct map allowed;   /* SHA-256 of values that are no secrets here */
	struct regex **allow; /* values that match one are left alone */
	size_t allow_count, allow_capacity;
	struct map common; /* words that are no names by themselves, user names of machines */
};
/* The text of rules.conf, or one in its syntax. E_INVALID names the line. */
int rules_parse(const char *text, struct scrub_rules *out);
/* The project's and the user's own rules, behind ours. E_INVALID says what is wrong with them. */
int rules_add_user(struct scrub_rules *rules, struct session *session);
struct digest;
void rules_digest_user(struct digest *digest, struct session *session);
struct scrub_rule *rules_add(struct scrub_rules *rules, const char *id, size_t len);
int rule_set(
	struct scrub_rules *rules, struct scrub_rule *rule, const char *key, const char *value);
/* E_INVALID: a pattern is bad. */
int rule_compile(struct scrub_rule *rule);
void rules_release(struct scrub_rules *rules);
/* Has somebody said that this value is no secret? */
bool rules_allow(const struct scrub_rules *rules, const char *value, size_t len);
extern const char scrub_rules_conf[]; /* rules.conf, embedded at build time */

/* "0-9 -": digits, spaces and dashes. */
void bytes_parse(const char *text, bool out[256]);
#define RUN_LEAST 4
/*
 * The first run, at or after `at`, of at least `least` bytes (RUN_LEAST or more) of a class. Where
 * there is none, few bytes are looked at. False: no more.
 */
bool run_find(const bool of[256], size_t least, const char *text, size_t len, size_t at,
	struct span *run);

/* ---- prefilter: Aho and Corasick 1975, over lower-case bytes ---- */

struct prefilter;
struct prefilter *prefilter_new(void);
void prefilter_add(struct prefilter *prefilter, const char *keyword, uint32_t id);
void prefilter_build(struct prefilter *prefilter); /* after the last add */
void prefilter_free(struct prefilter *prefilter);
typedef void (*prefilter_fn)(uint32_t id, size_t end, void *payload);
/* Tells of every keyword in the text, whatever its case, in order of its end. */
void prefilter_scan(const struct prefilter *prefilter, const char *text, size_t len,
	prefilter_fn fn, void *payload);

/* ---- names of people ---- */

struct names;
typedef void (*names_fn)(struct span span, bool user, void *payload);
struct names *names_new(const struct map *common);
void names_free(struct names *names);
void names_add_person(struct names *names, const char *name); /* "Ann Author" */
void names_add_user(struct names *names, const char *user);   /* "ann" */
int names_add_history(struct names *names, struct repo *repo);
void names_scan(
	const struct names *names, const char *text, size_t len, names_fn fn, void *payload);

/* ---- the salt of a sidecar ---- */

int salt_random(char hex[SALT_HEX + 1]);
/* `may_write` false: a missing salt is made up for this run and not kept. */
int salt_find(struct session *session, bool may_write, char hex[SALT_HEX + 1]);

/* A scrubber with these rules only, in the syntax of rules.conf, and a random salt. */
int scrubber_from_rules(const char *rules, struct scrubber **out);

#endif

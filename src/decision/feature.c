/*
 * A sentence as numbers: words, pairs of words, the skeleton that is left when names and nouns
 * become shapes, pieces of words, families of words, what words are used alike, how it begins and
 * ends, and which cues match. Each group has a length of its own, so that a long sentence weighs no
 * more than a short one.
 */
#include "decision/classifier.h"

#include "util/memory.h"
#include "util/strings.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TOKENS_MAX 160
#define TEXT_MAX 2048

/* The lengths of the groups. */
#define WORDS 1.0
#define PAIRS 0.5
#define SKELETON 0.6
#define PIECES 1.0
/* What vectors are stretched by: means are shorter than one word's. */
#define VECTOR_ALL 3
#define VECTOR_EARLY 2

enum shape { SHAPE_WORD, SHAPE_CODE, SHAPE_NUMBER, SHAPE_LINK, SHAPE_REFERENCE, SHAPE_MARK };

struct token {
	const char *text; /* lower case */
	size_t len;
	enum shape shape;
	uint64_t families;
	const char *skeleton; /* borrowed; its length: */
	size_t skeleton_len;
};

struct sentence {
	char lower[TEXT_MAX];
	const char *text;
	size_t len;
	struct token tokens[TOKENS_MAX];
	size_t count;
	size_t head; /* the token after a prefix such as "net: " */
};

/* Verbs that change code, as stems: what stands first in so many sentences of this kind. */
static const char verbs[] = " accept access add address adjust adopt advertise align alias allocat "
			    "allow alter annotat append "
			    "apply assert assign assum attach avoid backport bail base batch bind "
			    "block break bring buffer "
			    "build bump cache calculat call cancel cap cast catch chang check "
			    "choos clamp clarify clean clear "
			    "clip clon clos coalesc collaps collect combin compar compil complet "
			    "compress comput configur "
			    "connect consider consolidat construct consum convert copy correct "
			    "count cover creat cut decid "
			    "declar decod decoupl default defer defin delay delegat delet deliver "
			    "deny deprecat detach detect "
			    "determin disabl disallow discard dispatch display distinguish do "
			    "document downgrad drop dump "
			    "duplicat eliminat embed emit enabl encod encourag enforc ensur enter "
			    "eras escap evict exclud "
			    "execut exit expand expir explain explicit export expos extend extract "
			    "factor fail fall fetch "
			    "filter find finish fix flag flatten flip flush fold follow forbid "
			    "forc forget format forward free "
			    "freez gather generat get giv grant group grow guard handl harden hash "
			    "hav hid hoist hold hook "
			    "ignor implement import improv includ increas increment indent index "
			    "infer inherit initialis "
			    "initializ inject inlin insert inspect install integrat intercept "
			    "introduc invalidat invert invok "
			    "isolat iterat join keep kill label leak leav let lift limit link list "
			    "listen load lock log look "
			    "loop lower maintain mak map mark mask match merg migrat mock modify "
			    "monitor mov mut narrow "
			    "normalis normaliz notify obey omit open optimis optimiz order overrid "
			    "overwrit pack pad park pars "
			    "pass patch pause perform permit persist pick pin plac poll populat "
			    "port postpon precomput prefer "
			    "prefix prepar preserv prevent print prioritiz process prohibit promot "
			    "prompt propagat protect "
			    "provid prun publish pull purg push put qualify query queu quot rais "
			    "read rearrang rebas rebuild "
			    "recogniz record recover recreat redirect reduc refactor refer refin "
			    "refresh refus register reject "
			    "relax releas reload rely remov renam render reorder reorganiz repair "
			    "repeat replac reply report "
			    "represent request requir reschedul reserv reset resiz resolv respect "
			    "restart restor restrict "
			    "restructur retain retir retry return reus revert revis rewrit rework "
			    "rotat rout run sanitiz sav "
			    "scal scan schedul scop search select send separat serializ serv set "
			    "shar shift ship shorten show "
			    "shrink shut silenc simplify skip sort specify split stabiliz "
			    "standardiz start stop stor stream "
			    "strengthen strip subclass support suppress swap switch sync "
			    "synchroniz tak teach terminat test "
			    "throttl throw tidy tighten toggl touch trac track transform translat "
			    "treat trigger trim truncat "
			    "try turn tweak unblock unify unlink unlock unregister unset unwrap "
			    "updat upgrad us validat "
			    "verify wait wake warn watch work wrap writ zero ";

static const char pasts[] =
	" made kept took wrote sent chose left built ran got gave put hid held did "
	"went brought took threw caught found rewrote began broke set cut split "
	"let read dealt meant ";

static bool lists(const char *list, const char *word, size_t len)
{
	char key[24];

	if (len + 3 > sizeof(key))
		return false;
	key[0] = ' ';
	memcpy(key + 1, word, len);
	key[len + 1] = ' ';
	key[len + 2] = '\0';
	return strstr(list, key) != NULL;
}

/* Does the stem list hold it, as it is, without a silent e, or with its last letter once? */
static bool is_stem(const char *word, size_t len)
{
	if (len < 2)
		return false;
	if (lists(verbs, word, len) || (word[len - 1] == 'e' && lists(verbs, word, len - 1)))
		return true;
	return len > 3 && word[len - 1] == word[len - 2] && lists(verbs, word, len - 1);
}

/* "V0" for add, "Vs" for adds, "Vd" for added, "Vg" for adding; NULL for what is no verb here. */
static const char *verb_form(const char *word, size_t len)
{
	if (lists(pasts, word, len))
		return "Vd";
	if (is_stem(word, len))
		return "V0";
	if (len > 4 && !memcmp(word + len - 3, "ing", 3) && is_stem(word, len - 3))
		return "Vg";
	if (len > 4 && !memcmp(word + len - 3, "ied", 3))
		return "Vd";
	if (len > 3 && !memcmp(word + len - 2, "ed", 2) && is_stem(word, len - 2))
		return "Vd";
	if (len > 3 && word[len - 1] == 'd' && is_stem(word, len - 1))
		return "Vd";
	if (len > 3 && word[len - 1] == 's' && word[len - 2] != 's' &&
		(is_stem(word, len - 1) || (word[len - 2] == 'e' && is_stem(word, len - 2))))
		return "Vs";
	return NULL;
}

/* Letters that may join two parts of one token: don't, a-b, a.b, a/b, a::b. */
static bool joins(const char *text, size_t at, size_t len)
{
	return at + 1 < len && strchr("'-./:_+@", text[at]) && text[at] &&
	       is_word_byte((unsigned char)text[at + 1]) && at &&
	       is_word_byte((unsigned char)text[at - 1]);
}

static enum shape shape_of(const char *text, size_t len, bool called)
{
	bool digits = true, hump = false, lower = false, inner = false, hex = len >= 7;

	if (memchr(text, '/', len) && len > 8 && (strstr(text, "://") || !memcmp(text, "www.", 4)))
		return SHAPE_LINK;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		digits = digits && (isdigit(c) || strchr(".,:%x-", c));
		hump |= lower && isupper(c);
		lower |= islower(c) != 0;
		inner |= strchr("_/", c) || (strchr(".:@", c) && i + 1 < len && i);
		hex = hex && isxdigit(c);
	}
	if (digits || (isdigit((unsigned char)text[0]) && len < 7))
		return SHAPE_NUMBER;
	if (hex && strpbrk(text, "0123456789"))
		return SHAPE_REFERENCE;
	if (called || hump || inner)
		return SHAPE_CODE;
	return SHAPE_WORD;
}

static const char *shape_word(const struct token *token)
{
	static const char *const names[] = {"w", "CODE", "NUM", "URL", "REF", "."};

	return names[token->shape];
}

static void settle(const struct lexicon *lexicon, struct token *token)
{
	const char *form = NULL;

	if (token->shape == SHAPE_MARK) {
		token->skeleton = token->text;
		token->skeleton_len = token->len;
		return;
	}
	if (token->shape == SHAPE_WORD) {
		token->families = lexicon_families(lexicon, token->text, token->len);
		if (lexicon_keeps(lexicon, token->text, token->len)) {
			token->skeleton = token->text;
			token->skeleton_len = token->len;
			return;
		}
		form = verb_form(token->text, token->len);
		if (!form && token->len > 4 && !memcmp(token->text + token->len - 2, "ly", 2))
			form = "LY";
	} else {
		token->text = shape_word(token);
		token->len = strlen(token->text);
	}
	token->skeleton = form ? form : shape_word(token);
	token->skeleton_len = strlen(token->skeleton);
}

static struct token *push(struct sentence *s, size_t at, size_t len, enum shape shape)
{
	struct token *token;

	if (s->count == TOKENS_MAX)
		return NULL;
	token = &s->tokens[s->count++];
	*token = (struct token){.text = s->lower + at, .len = len, .shape = shape};
	return token;
}

/* One token that begins at `at`; returns where the next one may. */
static size_t take(struct sentence *s, size_t at)
{
	size_t end = at;
	char word[64];

	if (s->text[at] == '`') {
		const char *close = memchr(s->text + at + 1, '`', s->len - at - 1);

		push(s, at, 1, SHAPE_CODE);
		return close ? (size_t)(close - s->text) + 1 : at + 1;
	}
	if (s->text[at] == '#' && at + 1 < s->len && isdigit((unsigned char)s->text[at + 1])) {
		for (end = at + 1; end < s->len && isdigit((unsigned char)s->text[end]); end++)
			;
		push(s, at, end - at, SHAPE_REFERENCE);
		return end;
	}
	if (!is_word_byte((unsigned char)s->text[at])) {
		if (strchr(",.;:?!()\"=<>{}[]|&*-", s->text[at]))
			push(s, at, 1, SHAPE_MARK);
		return at + 1;
	}
	while (end < s->len &&
		(is_word_byte((unsigned char)s->text[end]) || joins(s->text, end, s->len) ||
			(end > at && s->len - end > 3 && !memcmp(s->text + end, "://", 3))))
		end += s->text[end] == ':' && s->text[end + 1] == '/' ? 3 : 1;
	memcpy(word, s->text + at, end - at < 63 ? end - at : 63);
	word[end - at < 63 ? end - at : 63] = '\0';
	push(s, at, end - at, shape_of(word, strlen(word), s->text[end] == '('));
	return end;
}

static bool is_verb(const struct token *token)
{
	return token->shape == SHAPE_WORD && verb_form(token->text, token->len);
}

/* "net: ", "fix(parser): ", "[lib] ", "t7512: ": where the change is, not what it says. */
static size_t prefix_tokens(const struct sentence *s)
{
	size_t limit = s->count < 8 ? s->count : 8, words = 0;

	for (size_t i = 0; i + 1 < limit; i++) {
		const struct token *token = &s->tokens[i];

		if (token->shape == SHAPE_MARK && *token->text == ':')
			return i && (words < 2 || is_verb(&s->tokens[i + 1])) ? i + 1 : 0;
		if (token->shape == SHAPE_MARK && !strchr("(),[]*-", *token->text))
			return 0;
		words += token->shape != SHAPE_MARK;
	}
	return 0;
}

static void tokenize(const struct lexicon *lexicon, struct sentence *s)
{
	size_t at = 0;

	while (at < s->len && s->count < TOKENS_MAX)
		at = take(s, at);
	for (size_t i = 0; i < s->count; i++)
		settle(lexicon, &s->tokens[i]);
	s->head = prefix_tokens(s);
	while (s->head + 1 < s->count && s->tokens[s->head].shape == SHAPE_MARK)
		s->head++;
}

/* -- groups of features ------------------------------------------------------------------------ */

static void add_hash(struct features *out, uint64_t hash, double value)
{
	GROW(out->list, out->count, out->capacity);
	out->list[out->count++] = (struct feature){
		.bucket = (uint32_t)(hash >> 7) & (FEATURE_HASHED - 1), .value = (float)value};
}

static void add_own(struct features *out, size_t index, float value)
{
	GROW(out->list, out->count, out->capacity);
	out->list[out->count++] =
		(struct feature){.bucket = FEATURE_HASHED + (uint32_t)index, .value = value};
}

static void add(struct features *out, const char *name, size_t len, double value)
{
	add_hash(out, hash_bytes(name, len, 1), value);
}

static void add_named(struct features *out, const char *kind, const char *name, double value)
{
	char key[96];
	size_t a = strlen(kind), b = strlen(name);

	if (a + b >= sizeof(key))
		b = sizeof(key) - 1 - a;
	memcpy(key, kind, a);
	memcpy(key + a, name, b);
	add(out, key, a + b, value);
}

/* Gives what came since `from` the length `norm`. */
static void normalize(struct features *out, size_t from, double norm)
{
	double value = out->count > from ? norm / sqrt((double)(out->count - from)) : 0;

	for (size_t i = from; i < out->count; i++)
		out->list[i].value = (float)value;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	return (a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdu;
}

static void add_words(const struct sentence *s, struct features *out)
{
	size_t from = out->count;
	uint64_t last = hash_bytes("^", 1, 2);

	for (size_t i = s->head; i < s->count; i++)
		if (s->tokens[i].shape != SHAPE_MARK)
			add_hash(out, hash_bytes(s->tokens[i].text, s->tokens[i].len, 3), 1);
	normalize(out, from, WORDS);
	from = out->count;
	for (size_t i = s->head; i < s->count; i++) {
		uint64_t hash = hash_bytes(s->tokens[i].text, s->tokens[i].len, 2);

		add_hash(out, mix(last, hash), 1);
		last = hash;
	}
	normalize(out, from, PAIRS);
}

static void add_skeleton(const struct sentence *s, struct features *out)
{
	size_t from = out->count;
	uint64_t a = hash_bytes("^^", 2, 4), b = hash_bytes("^", 1, 4);

	for (size_t i = s->head; i <= s->count; i++) {
		const struct token *token = &s->tokens[i];
		uint64_t hash = i == s->count ? hash_bytes("$", 1, 4)
					      : hash_bytes(token->skeleton, token->skeleton_len, 4);

		add_hash(out, mix(b, hash), 1);
		add_hash(out, mix(mix(a, 7), mix(b, hash)), 1);
		a = b;
		b = hash;
	}
	normalize(out, from, SKELETON);
}

static void add_pieces(const struct sentence *s, struct features *out)
{
	size_t from = out->count;

	for (size_t i = s->head; i < s->count; i++) {
		const struct token *token = &s->tokens[i];
		char word[34] = "<";
		size_t len = token->len < 30 ? token->len : 30;

		if (token->shape != SHAPE_WORD)
			continue;
		memcpy(word + 1, token->text, len);
		word[len + 1] = '>';
		for (size_t k = 0; k + 4 <= len + 2; k++)
			add_hash(out, hash_bytes(word + k, 4, 5), 1);
	}
	normalize(out, from, PIECES);
}

static void add_families(const struct sentence *s, struct features *out)
{
	uint64_t all = 0, first = s->head < s->count ? s->tokens[s->head].families : 0;
	uint64_t early = 0;

	for (size_t i = s->head; i < s->count; i++) {
		all |= s->tokens[i].families;
		if (i < s->head + 4)
			early |= s->tokens[i].families;
	}
	for (size_t i = 0; lexicon_family(i); i++) {
		if (all >> i & 1)
			add_named(out, "has ", lexicon_family(i), 0.35);
		if (early >> i & 1)
			add_named(out, "early ", lexicon_family(i), 0.25);
		if (first >> i & 1)
			add_named(out, "first ", lexicon_family(i), 0.5);
	}
}

static bool is_word(const struct token *token, const char *word)
{
	return token->shape == SHAPE_WORD && strlen(word) == token->len &&
	       !memcmp(token->text, word, token->len);
}

static bool is_any(const struct token *token, const char *words)
{
	return token->shape == SHAPE_WORD && lists(words, token->text, token->len);
}

/*
 * The verb that the sentence is about, past "we now", "this commit also", "so", "in this patch":
 * its index, and who does it: "do" (add ...), "we", "this", "it", "other".
 */
static size_t find_act(const struct sentence *s, const char **who)
{
	static const char skipped[] =
		" so also now therefore thus hence here then finally additionally "
		"instead and but just only simply always never still already "
		"explicitly intentionally deliberately no longer not to do "
		"don't doesn't does did will 'll can have has had 've ";
	size_t at = s->head;

	*who = "do";
	while (at < s->count &&
		(is_any(&s->tokens[at], skipped) || s->tokens[at].shape == SHAPE_MARK))
		at++;
	if (at >= s->count)
		return at;
	if (is_any(&s->tokens[at], " we i we've i've we'll i'll i'm we're ")) {
		*who = "we";
		at++;
	} else if (is_any(&s->tokens[at], " this it that these ")) {
		*who = is_word(&s->tokens[at], "it") ? "it" : "this";
		at++;
		if (at < s->count &&
			is_any(&s->tokens[at], " commit patch change pr pull-request fix version "
					       "implementation branch series "))
			at++;
	} else if (!is_verb(&s->tokens[at])) {
		*who = "other";
		return s->count;
	}
	while (at < s->count && is_any(&s->tokens[at], skipped))
		at++;
	return at;
}

/* "is now sent", "are no longer", "has been moved": the voice of descriptions and of changes. */
static void add_voice(const struct sentence *s, struct features *out)
{
	for (size_t i = s->head; i + 1 < s->count && i < s->head + 16; i++) {
		const struct token *be = &s->tokens[i];
		size_t at = i + 1;
		const char *form;
		bool now = false;

		if (is_any(be, " because since when if as while "))
			break;
		if (!is_any(be, " is are was were been be gets get "))
			continue;
		while (at < s->count &&
			is_any(&s->tokens[at], " now also no longer not only always "
					       "never still then already being "))
			now |= is_any(&s->tokens[at++], " now longer ");
		if (at >= s->count || s->tokens[at].shape != SHAPE_WORD)
			continue;
		form = verb_form(s->tokens[at].text, s->tokens[at].len);
		if (now)
			add_named(out, "now ", be->len < 5 ? "is" : "x", 0.5);
		if (form && form[1] == 'd') {
			char key[24];

			snprintf(key, sizeof(key), "%.*s", (int)be->len, be->text);
			add_named(out, "passive ", key, 0.5);
		}
		break;
	}
}

static void add_act(const struct sentence *s, struct features *out)
{
	static const char *const pairs[] = {"book", "bug", "fix", "gain", "past", "doubt", "plan",
		"question", "if", "good", "bad", "cause", "current", "chat", "reason", "replace"};
	const char *who, *form = NULL;
	size_t at = find_act(s, &who);
	uint64_t all = 0;
	char key[64];

	for (size_t i = s->head; i < s->count; i++)
		all |= s->tokens[i].families;
	if (at < s->count && s->tokens[at].shape == SHAPE_WORD)
		form = verb_form(s->tokens[at].text, s->tokens[at].len);
	snprintf(key, sizeof(key), "%s %s", who, form ? form : "-");
	add_named(out, "act ", key, 0.8);
	for (size_t i = 0; lexicon_family(i); i++) {
		if (form && s->tokens[at].families >> i & 1)
			add_named(out, "acts ", lexicon_family(i), 0.6);
		for (size_t k = 0; k < ARRAY_SIZE(pairs) && all >> i & 1; k++)
			if (!strcmp(pairs[k], lexicon_family(i))) {
				snprintf(key, sizeof(key), "%s %s %s", who, form ? form : "-",
					pairs[k]);
				add_named(out, "act with ", key, 0.4);
			}
	}
	if (form) {
		snprintf(key, sizeof(key), "%.*s",
			(int)(s->tokens[at].len < 30 ? s->tokens[at].len : 30), s->tokens[at].text);
		add_named(out, "verb ", key, 0.6);
		snprintf(key, sizeof(key), "%s %.*s", who,
			(int)(s->tokens[at].len < 30 ? s->tokens[at].len : 30), s->tokens[at].text);
		add_named(out, "verb ", key, 0.5);
	}
}

static bool has_sequence(const struct sentence *s, const char *words)
{
	return strstr(s->lower, words) != NULL;
}

/* How it begins, and what that goes together with. */
static void add_start(const struct sentence *s, struct features *out)
{
	static const char *const marks[] = {" because ", ", since ", ", as ", " so that ", ", so ",
		" in order to ", " to avoid ", " to prevent ", " to make sure ", " to ensure ",
		" otherwise", " instead of ", " rather than ", " no longer ", " now ", " by ",
		" but ", " which ", " due to ", " for ", " to be able to ", " would ", " should ",
		" could ", " will ", " want ", " without ", " unless ", " however", ": ", "; ",
		" when ", " if ", " not "};
	const struct token *head = s->head < s->count ? &s->tokens[s->head] : NULL;
	const char *form =
		head ? (head->shape == SHAPE_WORD ? verb_form(head->text, head->len) : NULL) : NULL;
	char key[64];

	add_named(out, "form ", form ? form : head ? shape_word(head) : "none", 0.6);
	if (head) {
		snprintf(key, sizeof(key), "%.*s", (int)(head->len < 40 ? head->len : 40),
			head->text);
		add_named(out, "begins ", key, 0.6);
	}
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (!has_sequence(s, marks[i]))
			continue;
		add_named(out, "mark", marks[i], 0.5);
		snprintf(key, sizeof(key), "%s%s", form ? form : "no", marks[i]);
		add_named(out, "pair ", key, 0.4);
	}
}

static void add_shape(const struct sentence *s, struct features *out)
{
	static const size_t steps[] = {3, 5, 8, 12, 17, 24, 34};
	const struct token *head = s->head < s->count ? &s->tokens[s->head] : NULL;
	char last = s->len ? s->text[s->len - 1] : ' ';
	size_t words = 0, step = 0;
	unsigned shapes = 0;
	char key[40];

	for (size_t i = s->head; i < s->count; i++) {
		words += s->tokens[i].shape != SHAPE_MARK;
		shapes |= 1u << s->tokens[i].shape;
	}
	while (step < ARRAY_SIZE(steps) && words >= steps[step])
		step++;
	snprintf(key, sizeof(key), "words %zu", step);
	add_named(out, "size ", key, 0.5);
	for (unsigned i = SHAPE_CODE; i < SHAPE_MARK; i++)
		if (shapes >> i & 1)
			add_named(out, "shape ", shape_word(&(struct token){.shape = i}), 0.3);
	snprintf(key, sizeof(key), "%c", strchr(".?!:;,)", last) ? last : 'x');
	add_named(out, "ends ", key, 0.6);
	if (s->head) {
		size_t len = s->tokens[0].len < 12 ? s->tokens[0].len : 12;

		snprintf(key, sizeof(key), "%.*s", (int)len, s->tokens[0].text);
		add_named(out, "prefix ", key, 0.5);
		add_named(out, "prefixed", "", 0.3);
	}
	if (head && head->shape == SHAPE_WORD)
		add_named(out, "case ",
			isupper((unsigned char)s->text[head->text - s->lower]) ? "upper" : "lower",
			0.3);
}

/* The mean of all words' vectors, the first word's, and the mean of the first four. */
static void add_vectors(
	const struct lexicon *lexicon, const struct sentence *s, struct features *out)
{
	float all[VECTOR_SIZE] = {0}, first[VECTOR_SIZE] = {0}, early[VECTOR_SIZE] = {0};
	float one[VECTOR_SIZE];
	size_t words = 0;

	for (size_t i = s->head; i < s->count; i++) {
		if (s->tokens[i].shape != SHAPE_WORD ||
			!lexicon_vector(lexicon, s->tokens[i].text, s->tokens[i].len, one))
			continue;
		for (size_t k = 0; k < VECTOR_SIZE; k++) {
			all[k] += one[k];
			early[k] += words < 4 ? one[k] : 0;
			first[k] += words < 1 ? one[k] : 0;
		}
		words++;
	}
	for (size_t k = 0; k < VECTOR_SIZE && words; k++) {
		add_own(out, k, VECTOR_ALL * all[k] / (float)words);
		add_own(out, VECTOR_SIZE + k, first[k]);
		add_own(out, 2 * VECTOR_SIZE + k,
			VECTOR_EARLY * early[k] / (float)(words < 4 ? words : 4));
	}
}

static void add_cues(const struct cues *cues, const struct sentence *s, struct features *out)
{
	static const char *const labels[] = {"Decision", "Rationale", "Alternative"};
	bool reason = false, way = false, any = false, veto = false;

	for (size_t i = 0; i < cues->count; i++) {
		const struct cue *cue = &cues->list[i];
		struct cue_match match;

		if (!cue_test_lower(cue, s->lower, s->text, s->len, &match))
			continue;
		add_named(out, cue->veto ? "veto " : "cue ", cue->id, 0.5);
		veto |= cue->veto;
		any |= !cue->veto;
		if (!cue->veto)
			add_named(out, "cued ", labels[cue->label], 0.3);
		reason |= match.because.start != SIZE_MAX;
		way |= match.instead.start != SIZE_MAX;
	}
	if (reason)
		add_named(out, "cued", " because", 1);
	if (way)
		add_named(out, "cued", " instead", 1);
	if (veto)
		add_named(out, "vetoed", any ? " cue" : "", 0.6);
	else if (any)
		add_named(out, "cued", "", 0.6);
}

void features_of(const struct lexicon *lexicon, const struct cues *cues, const char *sentence,
	struct features *out)
{
	struct sentence s = {.text = sentence, .len = strlen(sentence)};

	if (s.len >= TEXT_MAX)
		s.len = TEXT_MAX - 1;
	for (size_t i = 0; i < s.len; i++)
		s.lower[i] = (char)tolower((unsigned char)sentence[i]);
	s.lower[s.len] = '\0';
	out->count = 0;
	tokenize(lexicon, &s);
	add_words(&s, out);
	add_skeleton(&s, out);
	add_pieces(&s, out);
	add_families(&s, out);
	add_start(&s, out);
	add_act(&s, out);
	add_voice(&s, out);
	add_shape(&s, out);
	add_vectors(lexicon, &s, out);
	if (cues)
		add_cues(cues, &s, out);
}

void features_release(struct features *features)
{
	free(features->list);
	memset(features, 0, sizeof(*features));
}

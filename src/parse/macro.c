/*
 * Macros where the grammars of C and C++ have no place for one: `API int CALL f(void)`, a class
 * that begins with `Q_OBJECT`, `EXPORT(int f(void)) {`. A grammar that has not seen the macro's
 * definition loses the definition around it, so these words are made blank before parsing. Only
 * words in capitals are, only at file level and in the bodies of types, and only in shapes that
 * mean nothing else.
 */
#include "parse/internal.h"
#include "util/strings.h"

#include <string.h>

#define TOKENS_MAX 256 /* of one statement; a longer one is a table or a list, and stays */
#define DEPTH_MAX 64

/* A word is 'w', a string or number 'x', anything else its own character. */
struct token {
	uint32_t start, end, line;
	char kind;
	bool capitals; /* a word that is spelled as macros are */
};

/* What a brace has opened. */
enum place { PLACE_FILE, PLACE_TYPE, PLACE_CODE };

struct macros {
	const char *text;
	uint32_t len, at, line;
	bool fresh; /* nothing but blanks since the line began: a '#' begins a directive */
	struct token tokens[TOKENS_MAX];
	size_t count;
	enum place places[DEPTH_MAX];
	size_t depth;
	struct buf *out;
	bool changed;
};

static bool is_macro_name(const char *word, size_t len)
{
	size_t letters = 0;

	for (size_t i = 0; i < len; i++) {
		if (word[i] >= 'A' && word[i] <= 'Z')
			letters++;
		else if (word[i] != '_' && (word[i] < '0' || word[i] > '9'))
			return false;
	}
	return letters >= 2 && len >= 3;
}

static void blank(struct macros *macros, uint32_t start, uint32_t end)
{
	if (!macros->changed)
		buf_add(macros->out, macros->text, macros->len);
	macros->changed = true;
	for (; start < end; start++)
		if (macros->text[start] != '\n' && macros->text[start] != '\r')
			macros->out->ptr[start] = ' ';
}

/* To the end of the line, or of the last that a backslash joins to it. */
static void skip_line(struct macros *macros)
{
	while (macros->at < macros->len) {
		const char *from = macros->text + macros->at;
		const char *end = memchr(from, '\n', macros->len - macros->at);

		if (!end) {
			macros->at = macros->len;
			return;
		}
		macros->at = (uint32_t)(end - macros->text);
		if (end[-1] != '\\' && (end[-1] != '\r' || end[-2] != '\\'))
			return;
		macros->at++;
		macros->line++;
	}
}

static void skip_comment(struct macros *macros)
{
	const char *text = macros->text;
	uint32_t from = macros->at;

	if (text[macros->at + 1] == '/') {
		skip_line(macros);
		return;
	}
	for (macros->at += 2; macros->at < macros->len; macros->at++) {
		if (text[macros->at] == '\n')
			macros->line++;
		if (text[macros->at] == '/' && text[macros->at - 1] == '*' &&
			macros->at > from + 2) {
			macros->at++;
			return;
		}
	}
}

static void skip_string(struct macros *macros, char quote)
{
	for (macros->at++; macros->at < macros->len; macros->at++) {
		char byte = macros->text[macros->at];

		if (byte == '\n') /* not closed: the rest is read as code again */
			return;
		if (byte == '\\' && macros->at + 1 < macros->len &&
			macros->text[macros->at + 1] != '\n')
			macros->at++;
		else if (byte == quote)
			break;
	}
	if (macros->at < macros->len)
		macros->at++;
}

/* Makes a comment in a macro's body blank, up to the line's end; returns where it ends. */
static uint32_t blank_comment(struct macros *macros, uint32_t at, uint32_t end)
{
	uint32_t from = at;

	for (at += 2; at < end && macros->text[at] != '\n'; at++)
		if (macros->text[at] == '/' && macros->text[at - 1] == '*' && at > from + 2) {
			blank(macros, from, at + 1);
			return at + 1;
		}
	return at;
}

/*
 * Grammars end a macro's body at a comment in it, and take what looks like one in a string for a
 * comment too, which swallows what follows.
 */
static void skip_directive(struct macros *macros)
{
	const char *text = macros->text;
	uint32_t at = macros->at, end;

	skip_line(macros);
	end = macros->at;
	while (at < end) {
		uint32_t from = at;

		if (text[at] == '"') {
			macros->at = at;
			skip_string(macros, '"');
			for (at = macros->at; from + 1 < at; from++)
				if (text[from] == '/' &&
					(text[from + 1] == '*' || text[from + 1] == '/'))
					blank(macros, from, from + 2);
		} else if (text[at] == '/' && at + 1 < end && text[at + 1] == '*') {
			at = blank_comment(macros, at, end);
		} else {
			at++;
		}
	}
	macros->at = end;
}

/* R"mark( ... )mark", which may hold anything. */
static bool skip_raw_string(struct macros *macros)
{
	const char *text = macros->text + macros->at, *open;
	uint32_t left = macros->len - macros->at;
	size_t mark;

	open = memchr(text, '(', left < 20 ? left : 20);
	if (!open)
		return false;
	mark = (size_t)(open - text) - 1;
	for (const char *at = open; (at = memchr(at, ')', left - (size_t)(at - text))); at++)
		if (left - (size_t)(at - text) > mark + 1 && !memcmp(at + 1, text + 1, mark) &&
			at[1 + mark] == '"') {
			uint32_t end = macros->at + (uint32_t)(at - text) + (uint32_t)mark + 2;

			for (; macros->at < end; macros->at++)
				macros->line += macros->text[macros->at] == '\n';
			return true;
		}
	return false;
}

static void read_word(struct macros *macros, struct token *token)
{
	const char *text = macros->text;

	while (macros->at < macros->len && is_word_byte(text[macros->at]))
		macros->at++;
	token->kind = text[token->start] >= '0' && text[token->start] <= '9' ? 'x' : 'w';
	token->capitals =
		token->kind == 'w' && is_macro_name(text + token->start, macros->at - token->start);
	if (macros->at < macros->len && text[macros->at] == '"' && text[macros->at - 1] == 'R' &&
		macros->at - token->start <= 3 && skip_raw_string(macros))
		*token = (struct token){token->start, 0, token->line, 'x', false};
}

/* Passes blanks, comments and directives. */
static bool next_token(struct macros *macros, struct token *token)
{
	const char *text = macros->text;

	while (macros->at < macros->len) {
		char byte = text[macros->at];
		char next = macros->at + 1 < macros->len ? text[macros->at + 1] : '\0';

		if (byte == '\n') {
			macros->line++;
			macros->fresh = true;
			macros->at++;
		} else if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\f' ||
			   byte == '\v' || (byte == '\\' && (next == '\n' || next == '\r'))) {
			macros->at++;
		} else if (byte == '#' && macros->fresh) {
			skip_directive(macros);
		} else if (byte == '/' && (next == '/' || next == '*')) {
			skip_comment(macros);
		} else {
			*token = (struct token){macros->at, 0, macros->line, byte, false};
			macros->fresh = false;
			if (byte == '"' || byte == '\'') {
				token->kind = 'x';
				skip_string(macros, byte);
			} else if (is_word_byte(byte)) {
				read_word(macros, token);
			} else {
				macros->at++;
			}
			token->end = macros->at;
			return true;
		}
	}
	return false;
}

static bool is(const struct macros *macros, size_t i, const char *word)
{
	const struct token *token = &macros->tokens[i];
	size_t len = strlen(word);

	return i < macros->count && token->kind == 'w' && token->end - token->start == len &&
	       !memcmp(macros->text + token->start, word, len);
}

static bool is_one_of(const struct macros *macros, size_t i, const char *const *words)
{
	for (; *words; words++)
		if (is(macros, i, *words))
			return true;
	return false;
}

static char kind(const struct macros *macros, size_t i)
{
	return i < macros->count ? macros->tokens[i].kind : '\0';
}

static bool is_capitals(const struct macros *macros, size_t i)
{
	return i < macros->count && macros->tokens[i].capitals;
}

/* The position after the group that opens at i; the count when it does not close. */
static size_t after_group(const struct macros *macros, size_t i)
{
	size_t depth = 0;

	for (; i < macros->count; i++) {
		if (kind(macros, i) == '(')
			depth++;
		else if (kind(macros, i) == ')' && !--depth)
			return i + 1;
	}
	return macros->count;
}

static size_t after_macro(const struct macros *macros, size_t i)
{
	return kind(macros, i + 1) == '(' ? after_group(macros, i + 1) : i + 1;
}

static void blank_range(struct macros *macros, size_t from, size_t to)
{
	for (; from < to; from++)
		blank(macros, macros->tokens[from].start, macros->tokens[from].end);
}

static bool is_class(const struct macros *macros, size_t i)
{
	static const char *const words[] = {"class", "struct", "union", NULL};

	return is_one_of(macros, i, words);
}

/* What a declaration may begin with, so that a word before it is neither its type nor its name. */
static bool begins_declaration(const struct macros *macros, size_t i)
{
	static const char *const words[] = {"static", "inline", "extern", "struct", "enum", "union",
		"unsigned", "signed", "void", "int", "char", "long", "short", "float", "double",
		"bool", "class", "virtual", "explicit", "friend", "typedef", "template", "auto",
		"constexpr", "namespace", NULL};

	return is_one_of(macros, i, words);
}

static bool is_type_end(const struct macros *macros, size_t i)
{
	static const char *const words[] = {"static", "inline", "extern", "virtual", "explicit",
		"friend", "constexpr", "const", "volatile", "typedef", "register", "struct", "enum",
		"union", "class", "return", "else", "operator", "new", NULL};
	char at = kind(macros, i);

	return at == '*' || at == '&' || at == '>' || (at == 'w' && !is_one_of(macros, i, words));
}

/* `EXPORT(int f(void)) {`: the words are the declaration's; only the wrapper goes. */
static bool blank_wrapper(struct macros *macros, size_t i, char terminator)
{
	size_t end = after_macro(macros, i), inner = i + 2;

	if (terminator != '{' || end != macros->count || end < i + 7 ||
		kind(macros, end - 2) != ')')
		return false;
	while (inner < end && kind(macros, inner) != '(')
		inner++;
	if (inner < i + 4 || kind(macros, inner - 1) != 'w' || !is_type_end(macros, inner - 2) ||
		after_group(macros, inner) != end - 1)
		return false;
	blank_range(macros, i, i + 2);
	blank_range(macros, end - 1, end);
	return true;
}

/* `PUBLIC(const char *) f(`: what stands in the parentheses is the type. */
static bool blank_type_wrapper(struct macros *macros, size_t i)
{
	size_t end = after_macro(macros, i);

	if (end < i + 4 || kind(macros, end) != 'w' || kind(macros, end + 1) != '(' ||
		macros->tokens[end].line > macros->tokens[end - 1].line)
		return false;
	for (size_t k = i + 2; k + 1 < end; k++)
		if (kind(macros, k) != 'w' && kind(macros, k) != '*')
			return false;
	blank_range(macros, i, i + 2);
	blank_range(macros, end - 1, end);
	return true;
}

static size_t after_capitals(const struct macros *macros, size_t i)
{
	while (is_capitals(macros, i) && kind(macros, i + 1) != '(')
		i++;
	return i;
}

static bool is_attribute(const struct macros *macros, size_t i)
{
	static const char *const words[] = {"__attribute__", "__declspec", NULL};

	return is_one_of(macros, i, words) && kind(macros, i + 1) == '(';
}

/* `API type *name(`: three words, of which the first says nothing of the type. */
static bool is_annotation(const struct macros *macros, size_t next)
{
	size_t name = next + 1;

	if (kind(macros, next) != 'w' || macros->tokens[next].capitals ||
		!is_type_end(macros, next))
		return false;
	while (kind(macros, name) == '*' || kind(macros, name) == '&')
		name++;
	return kind(macros, name) == 'w' && kind(macros, name + 1) == '(';
}

/* `MAKE(char *, name);` at file level: a call, but not of what an expression could hold. */
static void blank_types(struct macros *macros, size_t i, size_t end)
{
	bool has_types = false;

	for (size_t k = i + 2; k + 1 < end; k++)
		has_types |= begins_declaration(macros, k) || is(macros, k, "const") ||
			     (kind(macros, k) == '*' && strchr(",)", kind(macros, k + 1)));
	if (has_types)
		blank_range(macros, i + 2, end - 1);
}

/* Macros that a statement begins with; returns where the rest begins. */
static size_t blank_leading(struct macros *macros, size_t i, char terminator)
{
	bool in_type = macros->places[macros->depth] == PLACE_TYPE;

	while (is_capitals(macros, i) || is_attribute(macros, i)) {
		size_t next = after_macro(macros, i);
		bool called = next > i + 1;
		bool alone = next < macros->count
				     ? macros->tokens[next].line > macros->tokens[next - 1].line
				     : terminator == '}';

		if (is_attribute(macros, i)) { /* a directive may stand behind it */
			blank_range(macros, i, next);
		} else if (in_type && alone &&
			   !strchr("=:{", kind(macros, next) ? kind(macros, next) : ' ')) {
			blank_range(macros, i, next);
		} else if (called) { /* at file level it is a call of its own, or around a
					declaration */
			if (blank_wrapper(macros, i, terminator) || blank_type_wrapper(macros, i))
				return next;
			if (!in_type && next == macros->count)
				blank_types(macros, i, next);
			if (!in_type || !begins_declaration(macros, next))
				return i;
			blank_range(macros, i, next);
		} else if (begins_declaration(macros, after_capitals(macros, next)) ||
			   is_annotation(macros, next)) {
			blank_range(macros, i, i + 1);
		} else {
			return i;
		}
		i = next;
	}
	return i;
}

/* `typedef int (WINAPI *name)(int)` */
static void blank_convention(struct macros *macros, size_t i)
{
	size_t end;

	while (i < macros->count && !(kind(macros, i) == '(' && is_capitals(macros, i + 1)))
		i++;
	for (end = i + 1; is_capitals(macros, end);)
		end++;
	if (i < macros->count && kind(macros, end) == '*' &&
		kind(macros, after_group(macros, i)) == '(')
		blank_range(macros, i + 1, end);
}

/* `class EXPORT Name {`, `BOOL WINAPI f(`, `f(void) NOTHROW {` */
static void blank_inside(struct macros *macros, size_t i, char terminator)
{
	size_t first = i;

	if (is(macros, i, "typedef"))
		blank_convention(macros, i);

	for (; i < macros->count; i++) {
		size_t next = after_macro(macros, i);

		if (!is_capitals(macros, i) || i == first)
			continue;
		if (is_class(macros, i - 1) && kind(macros, next) == 'w') {
			size_t after = next + 1;

			if ((after == macros->count && terminator == '{') ||
				kind(macros, after) == ':' || is(macros, after, "final"))
				blank_range(macros, i, next);
		} else if (next == i + 1 && kind(macros, next) == 'w' &&
			   kind(macros, next + 1) == '(' && is_type_end(macros, i - 1)) {
			blank_range(macros, i, i + 1);
		} else if (kind(macros, i - 1) == ')' && terminator == '{' &&
			   next == macros->count) {
			blank_range(macros, i, next);
		}
		if (kind(macros, i + 1) == '(')
			i = next - 1;
	}
}

static enum place place_of(const struct macros *macros)
{
	bool is_type = false;

	for (size_t i = 0; i < macros->count; i++) {
		if (is(macros, i, "namespace") ||
			(is(macros, i, "extern") && kind(macros, i + 1) == 'x'))
			return PLACE_FILE;
		if (is(macros, i, "enum") || kind(macros, i) == '=')
			return PLACE_CODE;
		is_type |= is_class(macros, i);
		if (kind(macros, i) == '(' && !is_capitals(macros, i - 1) && is_type)
			return PLACE_CODE; /* a function that gives a struct */
	}
	return is_type ? PLACE_TYPE : PLACE_CODE;
}

static void end_statement(struct macros *macros, char terminator)
{
	size_t i = 0;

	if (macros->count && macros->count < TOKENS_MAX &&
		macros->places[macros->depth] != PLACE_CODE) {
		while (kind(macros, i) == 'w' && kind(macros, i + 1) == ':' &&
			kind(macros, i + 2) != ':')
			i += 2; /* public: */
		i = blank_leading(macros, i, terminator);
		blank_inside(macros, i, terminator);
	}
}

static void open_brace(struct macros *macros)
{
	enum place inside = PLACE_CODE;

	if (macros->places[macros->depth] != PLACE_CODE && macros->count < TOKENS_MAX)
		inside = place_of(macros);
	if (macros->depth + 1 < DEPTH_MAX)
		macros->places[++macros->depth] = inside;
}

/* To the brace that closes a body, which holds nothing to look at. */
static void skip_code(struct macros *macros)
{
	struct token token;
	size_t depth = 1;

	while (depth && next_token(macros, &token))
		depth += (token.kind == '{') - (token.kind == '}');
}

bool macros_blank(const char *text, size_t len, struct buf *out)
{
	struct macros macros = {.text = text, .len = (uint32_t)len, .fresh = true, .out = out};
	struct token token;
	size_t groups = 0;

	while (next_token(&macros, &token)) {
		groups += token.kind == '(';
		groups -= groups && token.kind == ')';
		if (token.kind == '{' || token.kind == '}' || (token.kind == ';' && !groups)) {
			end_statement(&macros, token.kind);
			if (token.kind == '{')
				open_brace(&macros);
			else if (token.kind == '}' && macros.depth)
				macros.depth--;
			if (token.kind == '{' && macros.places[macros.depth] == PLACE_CODE) {
				skip_code(&macros);
				macros.depth--;
			}
			macros.count = groups = 0;
		} else if (macros.count < TOKENS_MAX) {
			macros.tokens[macros.count++] = token;
		}
	}
	return macros.changed;
}

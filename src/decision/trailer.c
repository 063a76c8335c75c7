/* Decisions that a commit states outright, as trailers: "Rejected: a queue | too slow". */
#include "decision/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct trailer_values {
	char *decision, *because, *consequences;
	struct strings rejected;
};

static const char *value_of(const char *line, size_t len, const char *key)
{
	size_t size = strlen(key);

	if (len <= size || strncasecmp(line, key, size) || line[size] != ':')
		return NULL;
	line += size + 1;
	return line + strspn(line, " ");
}

static void set(char **field, const char *value, const char *end)
{
	if (!*field && value < end)
		*field = xstrndup(value, (size_t)(end - value));
}

static void take_line(struct trailer_values *values, const char *line, size_t len)
{
	static const char *const decisions[] = {"Decision", "Directive", "Constraint"};
	static const char *const reasons[] = {"Because", "Reason", "Rationale"};
	static const char *const others[] = {"Rejected", "Instead-of", "Alternative"};
	static const char *const effects[] = {"Consequences", "Consequence", "Implications"};
	const char *value;

	for (size_t i = 0; i < 3; i++) {
		if ((value = value_of(line, len, decisions[i])))
			set(&values->decision, value, line + len);
		if ((value = value_of(line, len, reasons[i])))
			set(&values->because, value, line + len);
		if ((value = value_of(line, len, effects[i])))
			set(&values->consequences, value, line + len);
		if ((value = value_of(line, len, others[i])) && value < line + len)
			strings_add_len(&values->rejected, value, (size_t)(line + len - value));
	}
}

static void finish(struct decision_draft *draft, const char *statement, const char *because,
	const char *instead_of, const char *consequences)
{
	const char *bar = strstr(instead_of, " | ");
	char *why = xstrdup(bar ? bar + 3 : because);

	memset(draft, 0, sizeof(*draft));
	draft->statement = xstrdup(statement);
	draft->because = why;
	draft->instead_of =
		xstrndup(instead_of, bar ? (size_t)(bar - instead_of) : strlen(instead_of));
	draft->consequences = consequences ? xstrdup(consequences) : NULL;
	draft->evidence = xstrfmt("%s%s%s%s%s%s%s", statement, *because ? "; because: " : "",
		because, *instead_of ? "; rejected: " : "", instead_of,
		consequences ? "; consequences: " : "", consequences ? consequences : "");
	draft->cue = "trailer";
	draft->confidence = 0.97;
	decision_id("commit", draft->evidence, draft->id);
	text_names(draft->evidence, &draft->symbols);
}

size_t trailer_drafts(
	const char *subject, const char *message, struct decision_draft *drafts, size_t max)
{
	struct trailer_values values = {0};
	const char *because, *statement;
	size_t count = 0;

	for (const char *line = message; *line;) {
		size_t len = strcspn(line, "\n");

		take_line(&values, line, len);
		line += len + (line[len] == '\n');
	}
	statement = values.decision ? values.decision : subject;
	because = values.because ? values.because : "";
	for (size_t i = 0; i < values.rejected.count && count < max; i++)
		finish(&drafts[count++], statement, because, values.rejected.items[i],
			values.consequences);
	if (!count && count < max && (values.decision || values.because || values.consequences))
		finish(&drafts[count++], statement, because, "", values.consequences);
	free(values.decision);
	free(values.because);
	free(values.consequences);
	strings_release(&values.rejected);
	return count;
}

/* Scores per category as one table, and small helpers of the screens that show them. */
#include "command/scores.h"

#include "util/buf.h"
#include "util/js.h"

#include <stdio.h>
#include <string.h>

static double share(const struct js *row, const char *arm)
{
	int64_t items = js_get_number(row, "items", 0);

	return items ? 100.0 * (double)js_get_number(row, arm, 0) / (double)items : 0;
}

static void print_row(const struct js *row)
{
	int64_t items = js_get_number(row, "items", 0);
	double difference = js_get_real(row, "difference", 0);
	bool gated = js_get_bool(row, "gated", false);

	if (!items) {
		printf("%-23s %6s\n", js_get_text(row, "name"), "none");
		return;
	}
	printf("%-23s %5lld%s %6.1f %6.1f %6.1f %+7.1f  %+6.1f .. %+5.1f  %7.2g\n",
		js_get_text(row, "name"), (long long)items, gated ? " " : "*", share(row, "base"),
		share(row, "production"), share(row, "candidate"), difference,
		js_get_real(row, "low", 0), js_get_real(row, "high", 0),
		js_get_real(row, difference < 0 ? "p_loss" : "p_gain", 1));
}

void scores_print(const struct js *report)
{
	const struct js *rows = js_get(report, "categories");
	const struct js *pooled = js_get(report, "pooled");
	bool starred = false;

	if (!js_count(rows) || !pooled)
		return;
	printf("%-23s %6s %6s %6s %6s %7s  %-16s %7s\n", "% right", "items", "base", "prod.",
		"cand.", "change", "95 % interval", "p");
	for (size_t i = 0; i < js_count(rows); i++) {
		print_row(js_at(rows, i));
		starred |= js_get_number(js_at(rows, i), "items", 0) > 0 &&
			   !js_get_bool(js_at(rows, i), "gated", false);
	}
	print_row(pooled);
	if (starred)
		puts("* too few items for a gate of its own: reported, and part of `all`");
}

void print_wrapped(const char *text, int indent, int width)
{
	struct buf line = BUF_INIT;
	int column = indent;

	buf_add_printable(&line, text, strlen(text));
	for (const char *word = line.ptr; *word;) {
		size_t len = strcspn(word, " \n");

		if (word != line.ptr && column + 1 + (int)len > width) {
			printf("\n%*s", indent, "");
			column = indent;
		} else if (word != line.ptr) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)len, word);
		column += (int)len;
		word += len;
		word += strspn(word, " \n");
	}
	putchar('\n');
	buf_release(&line);
}

const char *grouped(int64_t number, char out[32])
{
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)number);
	char *to = out;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0 && digits[i - 1] != '-')
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return out;
}

struct js *report_parse(const char *text)
{
	struct js *report = NULL;

	if (!text || !*text || js_parse(text, strlen(text), &report))
		return NULL;
	return report;
}

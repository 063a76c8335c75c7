/* How commands show a run's report (the JSON that a cycle writes): scores and verdict. */
#ifndef COMMAND_SCORES_H
#define COMMAND_SCORES_H

#include <stdint.h>

struct js;

/* One row per category and one for all; nothing when the report has no scores yet. */
void scores_print(const struct js *report);
/*
 * Prints foreign text at column `indent`, where the cursor stands, broken at words to `width`
 * columns, each further line indented as far.
 */
void print_wrapped(const char *text, int indent, int width);
/* 12345678 as "12,345,678", in one of a few static-free buffers of the caller. */
const char *grouped(int64_t number, char out[32]);
/* Parses a report; NULL when it is empty or broken. */
struct js *report_parse(const char *text);

#endif

/* How `fit` tells what it found: to people, as JSON lines, or as SARIF. */
#ifndef COMMAND_FIT_PRINT_H
#define COMMAND_FIT_PRINT_H

#include "flywheel/fit.h"
#include "util/buf.h"
#include "util/js.h"

enum fit_form { FIT_TEXT, FIT_JSON, FIT_SARIF };

struct fit_report {
	enum fit_form form;
	double least; /* share of the house's lines that an odd one costs more than */
	bool instead; /* asked for */
	size_t lines, odd;
	double house, generic; /* sums over the lines, of bits a token */
	size_t compared;       /* lines that the generic model was asked about */
	struct oid commit;     /* zero: none */
	bool headed;
	char *subject;
	struct js *results; /* SARIF's */
	struct buf out;
};

void fit_report_start(struct fit_report *report, enum fit_form form, double least);
void fit_report_commit(struct fit_report *report, const struct commit *commit);
int fit_report_line(const struct fit_line *line, void *report); /* a fit_line_fn */
void fit_report_finish(struct fit_report *report);
void fit_report_release(struct fit_report *report);

#endif

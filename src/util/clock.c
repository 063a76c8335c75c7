/* Time of day and durations. */
#define _GNU_SOURCE
#include "util/clock.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t clock_now(void)
{
	const char *fixed = getenv("FLYWHEEL_NOW");

	return fixed && *fixed ? strtoll(fixed, NULL, 10) : (int64_t)time(NULL);
}

static double read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double clock_cpu(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void clock_format(int64_t when, char out[21])
{
	time_t seconds = (time_t)when;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(out, 21, "1970-01-01T00:00:00Z");
}

int clock_parse(const char *text, int64_t *out)
{
	struct tm tm = {0};
	int hours = 0, minutes = 0;
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (!rest)
		return fail(E_INVALID, "not a time: '%.40s' (want 2026-01-31T10:00:00Z)", text);
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if ((*rest == '+' || *rest == '-') && sscanf(rest + 1, "%2d:%2d", &hours, &minutes) < 1)
		return fail(E_INVALID, "bad time zone in '%.40s'", text);
	*out = (int64_t)timegm(&tm) - (*rest == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return 0;
}

int clock_parse_mail(const char *text, int64_t *out)
{
	struct tm tm = {0};
	int zone = 0;
	const char *comma = strchr(text, ','), *rest;

	rest = strptime(comma ? comma + 1 : text, " %d %b %Y %H:%M", &tm);
	if (!rest)
		return fail(E_INVALID, "not a date of mail: '%.40s'", text);
	if (*rest == ':')
		rest = strptime(rest, ":%S", &tm);
	rest = rest ? rest + strspn(rest, " \t") : "";
	if (*rest == '+' || *rest == '-') /* "+0530"; "GMT" and other names are taken for it */
		zone = (int)strtol(rest + 1, NULL, 10);
	*out = (int64_t)timegm(&tm) -
	       (*rest == '-' ? -1 : 1) * (zone / 100 * 3600 + zone % 100 * 60);
	return 0;
}

int duration_parse(const char *text, int64_t *seconds)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', CLOCK_DAY}, {'w', 7 * CLOCK_DAY}};
	const int64_t most = (int64_t)36525 * CLOCK_DAY;
	size_t digits = strspn(text, "0123456789");
	int64_t count = digits && digits < 12 ? strtoll(text, NULL, 10) : -1;

	for (size_t i = 0; i < ARRAY_SIZE(units) && count >= 0; i++)
		if (text[digits] == units[i].letter && !text[digits + 1] &&
			count <= most / units[i].seconds) {
			*seconds = count * units[i].seconds;
			return 0;
		}
	return fail(E_INVALID, "not a duration: '%.40s' (want a number and a unit: 30m, 12h, 1d)",
		text);
}

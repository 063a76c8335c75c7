/* Time: seconds since 1970, UTC. FLYWHEEL_NOW (seconds) fixes "now" for tests. */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>

#define CLOCK_DAY 86400

int64_t clock_now(void);
double clock_monotonic(void);                    /* seconds, for durations only */
double clock_cpu(void);                          /* CPU seconds of this process */
void clock_format(int64_t when, char out[21]);   /* 2026-01-31T10:00:00Z */
int clock_parse(const char *text, int64_t *out); /* ISO 8601 with Z or +hh:mm; E_INVALID */
/* A date of mail (RFC 5322): "Thu, 1 Jan 2026 10:00:00 +0100". E_INVALID */
int clock_parse_mail(const char *text, int64_t *out);
/* "90s", "30m", "12h", "1d", "2w" to seconds; at most a hundred years. E_INVALID */
int duration_parse(const char *text, int64_t *seconds);

#endif

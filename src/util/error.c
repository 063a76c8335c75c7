/* The error message of this thread. */
#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One message per thread: the only mutable state outside structures, and never shared. */
static _Thread_local char message[1024];

int fail(int code, const char *format, ...)
{
	char text[sizeof(message)] = ""; /* the last message may be among the arguments */
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	memcpy(message, text, sizeof(message));
	return code;
}

int fail_context(int code, const char *format, ...)
{
	char context[sizeof(message)], old[sizeof(message)];
	va_list args;

	va_start(args, format);
	vsnprintf(context, sizeof(context), format, args);
	va_end(args);
	memcpy(old, message, sizeof(old));
	snprintf(message, sizeof(message), "%.400s: %.600s", context, old);
	return code;
}

const char *error_message(void)
{
	return message;
}

void error_clear(void)
{
	message[0] = '\0';
}

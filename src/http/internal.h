/* Inside the HTTP module: an address taken apart, the same way for the checks and the transfer. */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include "flywheel/http.h"

#include <stdbool.h>

struct address {
	char *scheme; /* "https" or "http" */
	char *host;   /* with its port when the URL names one */
	char *path;   /* without the leading '/' */
	bool loopback;
};

/* E_INVALID for what we do not speak to. */
int address_parse(const char *url, struct address *out);
void address_release(struct address *address);

#endif

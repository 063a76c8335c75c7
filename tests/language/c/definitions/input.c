#include <stdio.h>
#include "util/buf.h"

#define LIMIT 10
#define GUARD
#define MAX(a, b) ((a) > (b) ? (a) : (b))

struct point {
	int x, y;
};
enum color { RED, GREEN };
union value { int i; double d; };
typedef struct { int a; } anonymous;
typedef int (*callback)(void *payload);
struct declared;

int prototype(int a);
char *pointer_prototype(void);

/* Only this file sees it. */
static int hidden(int a, const char *b)
{
	return a;
}

// First line of a run,
// and its second.
char *returns_pointer(void)
{
	return strdup("x");
}

char **returns_more(struct point *p, ...) { return 0; }

/* Too far away to be its doc. */

int undocumented(int (*callback)(int), int n)
{
	return callback(n) + hidden(n, "") + p->method(n);
}

/* Names of symbols, whatever language joins their parts. */
#include "util/name.h"

#include <stddef.h>
#include <string.h>

#define JOINTS ".:\\#"

static bool is_joint(char c)
{
	return c && strchr(JOINTS, c);
}

/* `.#field` of JavaScript is a joint and a part that begins like one. */
const char *name_last(const char *qualified)
{
	const char *last = qualified;

	for (const char *at = qualified; *at; at++)
		if (is_joint(*at) && at[1] && (*at != '#' || (at > qualified && !is_joint(at[-1]))))
			last = at + 1;
	return last;
}

/* Without the joints at its end. */
static size_t bare(const char *name, size_t len)
{
	while (len && is_joint(name[len - 1]))
		len--;
	return len;
}

bool name_ends(const char *qualified, const char *words)
{
	size_t a = strlen(qualified), b = strlen(words), start = strspn(words, JOINTS);

	while (a && b > start) {
		bool joint = is_joint(words[b - 1]);

		if (joint != is_joint(qualified[a - 1]) ||
			(!joint && words[b - 1] != qualified[a - 1]))
			return false;
		a = joint ? bare(qualified, a) : a - 1;
		b = joint ? bare(words, b) : b - 1;
	}
	return b == start && (!a || is_joint(qualified[a - 1]));
}

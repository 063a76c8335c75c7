/*
 * Secrets and personal data out of a text, and made-up ones of the same form in their place. A
 * scrubber holds the compiled rules, the local salt and the known names; one thread uses it.
 */
#ifndef FLYWHEEL_SCRUB_H
#define FLYWHEEL_SCRUB_H

#include "flywheel/session.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct scrubber;
struct scrub_finding {
	const char *rule;  /* borrowed from the scrubber */
	size_t start, end; /* bytes of the input */
};
typedef int (*scrub_fn)(const struct scrub_finding *finding, const char *pseudonym, void *payload);

/* session NULL: no repository; then the salt is random, new for every scrubber. */
int scrubber_open(struct session *session, struct scrubber **out);
/* The same; `may_write` false: a missing salt is made up for this run and not kept. */
int scrubber_make(struct session *session, bool may_write, struct scrubber **out);
/* Pseudonyms by this text instead: two runs agree without a repository. */
void scrubber_set_salt(struct scrubber *scrubber, const char *salt);
/*
 * For source code on its way into examples, questions and models: secrets only, and in their place
 * what depends on their form alone, so that the same code gives the same bytes on every machine.
 */
int scrubber_open_for_code(struct session *session, struct scrubber **out);
/* Changes when the rules do (64 digits and a NUL): what was made of text is stale then. */
void scrub_version(struct session *session, char hex[65]);
void scrubber_free(struct scrubber *scrubber);
/* Appends the clean text; `fn` (may be NULL) is told of each replacement. */
int scrub_text(struct scrubber *scrubber, const char *text, size_t len, struct buf *out,
	scrub_fn fn, void *payload);
/*
 * The first piece of a long text, for who cannot hold all of it: *done bytes of the window were
 * scrubbed, the others are to be handed over again with what follows them. *done 0: the window must
 * grow. `offset` is added to findings' places; `last`: nothing follows.
 */
int scrub_window(struct scrubber *scrubber, const char *text, size_t len, bool last, size_t offset,
	struct buf *out, scrub_fn fn, void *payload, size_t *done);
/* Number of secrets (not personal data) in a text: the rescan that curation and upload make. */
size_t scrub_count_secrets(struct scrubber *scrubber, const char *text, size_t len);

#endif

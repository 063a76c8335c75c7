/* What of the sidecar cannot come back from git: what uninstall asks about. */
#ifndef FLYWHEEL_STORE_FACTS_H
#define FLYWHEEL_STORE_FACTS_H

#include "flywheel/store.h"

struct store_facts {
	int64_t turns, verdicts, runs, models;
};

int store_facts_count(struct store *store, struct store_facts *facts);

#endif

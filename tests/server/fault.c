/* Which request meets which fault: by seed, so that a failed run can be had again. */
#include "world.h"

#include "util/strings.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {"none", "drop", "drop-after", "delay", "truncate", "429", "500",
	"500-after", "503", "stale"};

const char *fault_name(enum fault fault)
{
	return names[fault];
}

enum fault fault_draw(struct world *world, const struct request *request)
{
	bool asks = starts_with(request->path, "/v1/") && !strstr(request->path, "lora_adapter");
	unsigned rate = asks ? world->faults.serve : world->faults.rate;
	enum fault fault = FAULT_NONE;
	struct map_entry *seen;
	char key[512];
	uint64_t hash;

	snprintf(key, sizeof(key), "%s %s", request->method, request->path);
	seen = map_put_str(&world->seen, key, NULL);
	seen->value.num++;
	hash = hash_bytes(key, strlen(key), world->seed * 1000003 + (uint64_t)seen->value.num);
	if (world->faults.budget && world->injected_sum >= world->faults.budget)
		return FAULT_NONE;
	if (hash % 1000 < rate) {
		fault = 1 + (enum fault)(hash / 1000 % (FAULT_KINDS - 1));
		world->injected[fault]++;
		world->injected_sum++;
	}
	return fault;
}

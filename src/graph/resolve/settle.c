/*
 * What is asked of the flow once all values are where they go is less than half of what it took to
 * find them: what nodes hold, and which names are variables. Edges are made beside it, so the rest
 * goes before.
 */
#include "graph/resolve/flow.h"

#include "util/memory.h"

#include <stdlib.h>

/* The links of each list one after the other, and none of copies. */
static void keep_values(struct flow *flow)
{
	const struct link *old = flow->links;
	struct link *links;
	uint32_t count = 1;

	for (uint32_t i = 1; i < flow->node_count; i++)
		count += flow->nodes[i].count;
	links = xcalloc(count, sizeof(*links));
	count = 1;
	for (uint32_t i = 1; i < flow->node_count; i++) {
		uint32_t *last = &flow->nodes[i].values;

		for (uint32_t at = *last; at; at = old[at].next) {
			links[count].what = old[at].what;
			*last = count;
			last = &links[count++].next;
		}
	}
	free(flow->links);
	flow->links = links;
	flow->link_count = flow->link_room = count;
}

/* Of a variable it is asked only whether it is there. */
static void keep_variables(struct flow *flow)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < flow->key_count; i++)
		if (flow->keys[i].scope < SCOPE_OBJECT(0) && flow->keys[i].node)
			flow->keys[kept++] =
				(struct key){flow->keys[i].scope, flow->keys[i].name, 1};
	flow->key_count = kept;
	flow->key_room = kept + 1;
	flow->keys = xrealloc(flow->keys, flow->key_room * sizeof(*flow->keys));
	flow_rehash(flow);
}

void flow_settle(struct flow *flow)
{
	memo_release(&flow->asked);
	memo_release(&flow->read);
	memo_release(&flow->types);
	keep_variables(flow);
	keep_values(flow);
}

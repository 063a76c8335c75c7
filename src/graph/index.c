/* Bringing the sidecar to HEAD. */
#include "graph/internal.h"

int graph_catch_up(struct session *session)
{
	struct oid head;

	return repo_head(session->repo, &head);
}

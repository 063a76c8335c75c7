/*
 * Decisions of talk and the commits that their conversations led to. Links follow history, so the
 * rows are looked at again whenever those are another.
 */
#include "decision/internal.h"
#include "decision/life.h"

#include "flywheel/store_talk_link.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define SOON (2 * 3600) /* seconds from a decision to the edit that carries it out */
#define FILES_MAX 64
#define NAMES_MAX 4 /* of linked symbols; more say little about each */

void talk_place_release(struct talk_place *place)
{
	strings_release(&place->files);
	strings_release(&place->names);
	memset(&place->commit, 0, sizeof(place->commit));
}

static int on_link(const struct link_view *view, void *payload)
{
	struct talk_place *place = payload;

	place->commit = view->row.commit;
	if (*view->row.path && place->files.count < FILES_MAX &&
		!strings_contains(&place->files, view->row.path))
		strings_add(&place->files, view->row.path);
	if (*view->row.symbol && !strings_contains(&place->names, view->row.symbol))
		strings_add(&place->names, view->row.symbol);
	return 0;
}

int talk_place_of(
	struct session *session, const char *conversation, int64_t at, struct talk_place *out)
{
	int rc = talk_link_after(session->store, conversation, at, at + SOON, on_link, out);

	if (out->names.count > NAMES_MAX)
		strings_release(&out->names);
	return rc;
}

static int on_decision(const struct link_decision *decision, void *payload)
{
	struct miner *miner = payload;
	struct talk_place place = {0};
	int rc = talk_place_of(miner->session, decision->session, decision->at, &place);

	if (!rc && !oid_equal(&place.commit, &decision->commit)) {
		life_touch(&miner->touched, &decision->commit);
		life_touch(&miner->touched, &place.commit);
		rc = talk_link_decide(miner->session->store, decision->key, &place.commit,
			&place.files, &place.names);
	}
	talk_place_release(&place);
	return rc;
}

bool talk_is_linked(struct session *session)
{
	char *links = NULL, *seen = NULL;
	bool same;

	if (store_mined_get(session->store, "link", &links))
		error_clear();
	if (store_mined_get(session->store, "talk-link", &seen))
		error_clear();
	same = !links || (seen && !strcmp(links, seen));
	free(links);
	free(seen);
	return same;
}

int talk_relink(struct miner *miner)
{
	struct store *store = miner->session->store;
	char *links = NULL;
	int rc;

	if (talk_is_linked(miner->session))
		return 0;
	rc = store_mined_get(store, "link", &links);
	if (!rc)
		rc = talk_link_decisions(store, on_decision, miner);
	if (!rc)
		rc = store_mined_set(store, "talk-link", links);
	free(links);
	return rc;
}

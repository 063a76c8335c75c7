/* Roo Code: tasks as Cline keeps them, in a folder of its own and with history_item.json. */
#include "conversation/cline.h"

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	(void)harvest;
	return cline_find("rooveterinaryinc.roo-cline", fn, payload);
}

const struct conversation_source source_roo_code = {
	.name = "roo-code",
	.title = "Roo Code's tasks",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = cline_belongs,
	.read = cline_read,
};

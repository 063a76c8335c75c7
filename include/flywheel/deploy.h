/* The inference server of trained models, and how a model gets there. */
#ifndef FLYWHEEL_DEPLOY_H
#define FLYWHEEL_DEPLOY_H

#include "flywheel/session.h"
#include "flywheel/store_run.h"

struct server {      /* where one model answers */
	char *url;   /* OpenAI-compatible base, as "http://127.0.0.1:8000/v1" */
	char *model; /* its name there */
	char *token; /* bearer, or NULL */
};

/* E_INVALID: which setting is missing. Asked before money is spent on a training. */
int server_check(struct session *session);
/* Where a model answers; `model` NULL: the base. Release it. */
int server_of(struct session *session, const struct model_row *model, struct server *out);
void server_release(struct server *server);

/* Brings a model to the server by flywheel.server.deploy; idempotent. Nothing for embedded ones. */
int model_deploy(struct session *session, const struct model_row *model);

#endif

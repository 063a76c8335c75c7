/* What every command works on, opened once and passed explicitly. */
#ifndef FLYWHEEL_SESSION_H
#define FLYWHEEL_SESSION_H

struct repo;
struct store;
struct config;

struct session {
	struct repo *repo;
	struct store *store;
	struct config *config;
};

#endif

/* What a training run may take, in hours and money, before anything is sent. */
#include "flywheel/package.h"

#include "flywheel/config.h"
#include "util/error.h"

#define HOUR 3600.0

static double trained_tokens(const struct config *config, const struct package *package)
{
	double steps = (double)config_number(config, "maxSteps");
	double batch = (double)config_number(config, "batch");

	if (!package->rows)
		return 0;
	if (steps > 0)
		return steps * batch * (double)package->tokens / (double)package->rows;
	return (double)package->tokens * config_real(config, "epochs");
}

int train_estimate(
	struct session *session, const struct package *package, double *hours, double *cost)
{
	const struct config *config = session->config;

	*hours = trained_tokens(config, package) / config_real(config, "tokensPerSecond") / HOUR;
	*cost = *hours * config_real(config, "costPerHour");
	return 0;
}

int train_cost_check(struct session *session, const struct package *package)
{
	double cap = config_real(session->config, "maxCost");
	double price = config_real(session->config, "costPerHour");
	double hours = 0, cost = 0;
	int rc = train_estimate(session, package, &hours, &cost);

	if (rc || cap <= 0)
		return rc;
	if (price <= 0)
		return fail(E_INVALID,
			"flywheel.maxCost is %g, but without flywheel.costPerHour no run has a "
			"cost: "
			"set it, or unset the cap",
			cap);
	if (cost > cap)
		return fail(E_INVALID,
			"training may cost %.2f (%.2f hours at %g), over the %.2f of "
			"flywheel.maxCost",
			cost, hours, price, cap);
	return 0;
}

/* Exact McNemar, Holm, Agresti-Min intervals and the power of what the gate tests. */
#include "gate/statistics.h"

#include <math.h>
#include <stdlib.h>

#define NEGLIGIBLE 1e-12 /* probability mass that a sum may leave out */

static double log_choose(size_t n, size_t k)
{
	return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

static double binomial(size_t n, size_t k, double p)
{
	if (p <= 0 || p >= 1)
		return k == (p <= 0 ? 0 : n) ? 1 : 0;
	return exp(log_choose(n, k) + (double)k * log(p) + (double)(n - k) * log1p(-p));
}

static double binomial_tail(size_t n, size_t from, double p)
{
	double sum = 0;

	if (!from)
		return 1;
	for (size_t k = from; k <= n; k++)
		sum += binomial(n, k, p);
	return sum < 1 ? sum : 1;
}

double mcnemar_exact(size_t against, size_t other)
{
	return binomial_tail(against + other, against, 0.5);
}

void holm_adjust(double *p, size_t count)
{
	size_t *order = calloc(count + 1, sizeof(*order));
	double floor = 0;

	if (!order)
		abort();
	for (size_t i = 0; i < count; i++) {
		size_t at = i;

		for (; at && p[order[at - 1]] > p[i]; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	for (size_t i = 0; i < count; i++) {
		double adjusted = p[order[i]] * (double)(count - i);

		floor = adjusted > floor ? adjusted : floor;
		p[order[i]] = floor < 1 ? floor : 1;
	}
	free(order);
}

void paired_interval(size_t items, size_t gained, size_t lost, double z, double *low, double *high)
{
	double n = (double)items + 2, net = (double)gained - (double)lost;
	double flips = (double)(gained + lost) + 1;
	double error = sqrt(flips - net * net / n) / n;

	*low = fmax(net / n - z * error, -1);
	*high = fmin(net / n + z * error, 1);
}

double paired_loss_bound(size_t items, size_t gained, size_t lost)
{
	double low, high;

	paired_interval(items, gained, lost, NORMAL_95_ONE_SIDED, &low, &high);
	return -low;
}

/* Fewest of `flips` that are significant at alpha; flips + 1 when none are. */
static size_t critical(size_t flips, double alpha)
{
	double sum = 0;
	size_t k = flips + 1;

	while (k && (sum += binomial(flips, k - 1, 0.5)) < alpha)
		k--;
	return k;
}

double mcnemar_power(size_t items, double discordance, double loss, double alpha)
{
	double power = 0, lost;

	if (discordance < loss)
		discordance = loss;
	if (discordance <= 0)
		return 0;
	lost = (discordance + loss) / (2 * discordance);
	for (size_t flips = 1; flips <= items; flips++) {
		double weight = binomial(items, flips, discordance);

		if (weight > NEGLIGIBLE)
			power += weight * binomial_tail(flips, critical(flips, alpha), lost);
	}
	return power < 1 ? power : 1;
}

size_t paired_items_needed(double discordance, double gain, double limit)
{
	double room = limit + gain;

	if (room <= 0)
		return 0;
	return (size_t)ceil(discordance * pow(NORMAL_95_ONE_SIDED / room, 2)) + 1;
}

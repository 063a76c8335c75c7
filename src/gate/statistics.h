/* Paired statistics of the gate; every one is exact or names its source. */
#ifndef GATE_STATISTICS_H
#define GATE_STATISTICS_H

#include <stddef.h>

#define NORMAL_95_ONE_SIDED 1.6448536269514722
#define NORMAL_95_TWO_SIDED 1.9599639845400545

/*
 * Exact one-sided McNemar: the chance of at least `against` flips one way among against + other
 * when both ways are equally likely. 1 when nothing flipped that way.
 */
double mcnemar_exact(size_t against, size_t other);

/* Holm (1979) step-down: p[i] becomes its adjusted value; the order of the array stays. */
void holm_adjust(double *p, size_t count);

/*
 * The difference of paired proportions, (gained - lost) / items, with the interval of Agresti &
 * Min (2005, Statistics in Medicine 24:729): half a pseudo-observation in each of the four cells,
 * then Wald. `z` is the normal quantile. Shares, not points.
 */
void paired_interval(size_t items, size_t gained, size_t lost, double z, double *low, double *high);

/* One-sided 95 % upper bound on the loss (a positive share means worse), same method. */
double paired_loss_bound(size_t items, size_t gained, size_t lost);

/*
 * The chance that mcnemar_exact sees a true loss at `alpha`, for `items` pairs of which a share
 * `discordance` flips and `loss` is the net loss (both shares). Exact: sums over all outcomes.
 */
double mcnemar_power(size_t items, double discordance, double loss, double alpha);

/* Items that bring the loss bound under `limit` at this discordance and gain; 0: no number would.
 */
size_t paired_items_needed(double discordance, double gain, double limit);

#endif

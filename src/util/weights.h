/* Weights of a linear model, by the names of its features. */
#ifndef UTIL_WEIGHTS_H
#define UTIL_WEIGHTS_H

#include "util/map.h"

#define WEIGHTS_ONE 1000 /* a weight of one, as the map holds it */

/* Lines of a weight, a tab and a feature; what is behind the last whole line is not read. */
void weights_read(const char *text, struct map *out);
/* 0 where there is none. */
double weight_of(const struct map *weights, const char *feature, size_t len);

#endif

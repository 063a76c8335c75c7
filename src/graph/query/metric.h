/* What the files that measure the graph share. */
#ifndef GRAPH_METRIC_H
#define GRAPH_METRIC_H

#include "flywheel/graph_metric.h"

/* Per symbol; the caller frees. `calls`: resolved and likely ones. */
enum role *find_roles(const struct graph_links *calls, const struct graph_metrics *metrics);
/* By its folders or its name, in the conventions of most languages. */
bool path_holds_tests(const char *path);

#endif

#include "list.h"
#include <stdio.h>

static int twice(int number)
{
	return 2 * number;
}

static const struct list_methods methods = {.visit = twice};

int main(void)
{
	struct list list = {0};

	list_add(&list, twice(3));
	list_each(&list, twice);
	LIST_CLEAR(&list);
	printf("%d\n", methods.visit(1));
	return 0;
}

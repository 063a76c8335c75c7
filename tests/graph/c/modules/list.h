#ifndef LIST_H
#define LIST_H

struct list {
	int count;
};
struct list_methods {
	int (*visit)(int);
};

void list_add(struct list *list, int number);
void list_each(struct list *list, int (*fn)(int));
#define LIST_CLEAR(list) list_drop(list)

#endif

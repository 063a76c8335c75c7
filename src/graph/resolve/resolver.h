/*
 * What the files of the resolver share. resolve.c drives it and makes the edges, member.c knows
 * types and their methods, scope.c what a plain name means, receiver.c what stands before a dot.
 */
#ifndef GRAPH_RESOLVER_H
#define GRAPH_RESOLVER_H

#include "graph/internal.h"
#include "graph/memo.h"

#define MAX_DEPTH 12  /* of base classes followed */
#define MAX_SCOPES 64 /* around a place */

struct base {
	uint32_t type, order, target; /* symbols; the order in which they are written */
};

/* An import by the numbers of its names, see import_name.c. */
struct named_import {
	uint32_t local; /* what it is called here, or NAME_ANY */
	uint32_t taken; /* what it is called there, or NAME_OTHER */
	uint32_t last;  /* its module's last part; NAME_OTHER where it has a name */
	uint32_t next;  /* the next one of its file with that name here, or GRAPH_NONE */
	/* The file that it names if it is one, or SUBMODULE_UNKNOWN: who asks first tells all. */
	_Atomic uint32_t submodule;
};
#define NAME_ANY 0U
#define NAME_OTHER UINT32_MAX /* of a name that no import has */
#define SUBMODULE_UNKNOWN (UINT32_MAX - 1)

struct edges {
	struct graph_edge *items;
	uint32_t count, room;
};

struct resolver {
	struct whole *whole;
	struct graph *graph;
	struct snapshot *snapshot;
	struct import_index *imports;
	uint32_t **targets;          /* per file, per import: file or GRAPH_NONE */
	enum confidence **certainty; /* of those */
	struct map import_names;     /* to numbers from 1 */
	struct named_import *named_imports;
	uint32_t *first_import; /* per file: of those */
	uint32_t *first_any;    /* per file: its first import that is asked for all names */
	struct memo import_at;  /* (file, name here, 0) to the first one of the file */
	uint32_t *owners;       /* per symbol: the type it is a member of, or GRAPH_NONE */
	struct memo members;    /* (type, number of its name, 0) to a symbol */
	uint64_t *has;          /* per symbol: a bit for each name of its members */
	struct base *bases;     /* by type, order */
	uint32_t base_count, base_room;
	uint32_t *lines; /* lines of ancestors, see ancestors_of */
	uint32_t line_count, line_room;
	uint32_t *line_of;   /* per symbol: its place in `lines` */
	bool *foreign;       /* per symbol: a type with a base that is not of this tree */
	uint32_t *spaces;    /* per file: its folder or namespace; 0: none */
	struct map declared; /* name to first entry of `declarers` + 1 */
	uint32_t *declarers; /* pairs: file, next entry + 1 */
	uint32_t declarer_count, declarer_room;
	uint32_t *seen; /* per file: the last look that it was seen by, see see_from */
	uint32_t look, looker;
	uint32_t *queue;
	bool *tests; /* per file: it holds tests */
	struct flow *flow;
	struct found *found;   /* what references of the file at hand mean, see find_reference */
	struct recent *recent; /* what imported names mean in the file at hand */
	struct edges *edges;   /* where add_edge adds */
	bool stopped;          /* by Ctrl-C: what was made so far is not whole */
};

enum want { WANT_CALL, WANT_TYPE, WANT_FUNCTION, WANT_ANY };

struct answer {
	uint32_t to;
	enum confidence confidence;
	const char *package; /* of an external one: the import's module, or NULL */
};
extern const struct answer nowhere;

/* What a name imported into a file means: a symbol, a whole file, or something outside. */
struct meaning {
	uint32_t symbol, file;
	const char *package;
};

/* Where a reference stands. */
struct place {
	uint32_t file, from; /* from: a symbol, or GRAPH_NONE */
	const struct language *language;
	bool guided; /* the values of names say what is called: no guess by a method's name */
};

/* import_name.c */
void import_names_build(struct resolver *self);
uint32_t import_name(const struct resolver *self, const char *name);
/* The imports of a file that are to be asked for a name, in order. */
struct import_walk {
	const struct named_import *imports;
	uint32_t named, any; /* the next of each, or GRAPH_NONE */
};
struct import_walk import_walk(const struct resolver *self, uint32_t file, uint32_t number);
uint32_t import_walk_next(struct import_walk *walk); /* or GRAPH_NONE */
const char *module_last_part(const char *module);

/* member.c */
void members_build(struct resolver *self);
void bases_add(struct resolver *self, uint32_t type, uint32_t target);
/* After the last one: works out every type's line of ancestors. */
void bases_finish(struct resolver *self);
/* A member by its name: the type's own, else that of its nearest base. */
uint32_t member_of(const struct resolver *self, uint32_t type, const char *name);
uint32_t member_numbered(const struct resolver *self, uint32_t type, uint32_t number);
/* The same, but not the type's own. */
uint32_t inherited_member(const struct resolver *self, uint32_t type, const char *name);
/* A type's bases and theirs, itself first, in the order in which members are looked for. */
struct span ancestors_of(const struct resolver *self, uint32_t type);
/* Whether some ancestor is not of this tree: it may hold any member. */
bool has_foreign_base(const struct resolver *self, uint32_t type);
/* The innermost type around a symbol, itself included, or GRAPH_NONE. */
uint32_t type_around(const struct resolver *self, uint32_t symbol);
/* The method that a type is constructed by, else the type. */
uint32_t constructor_of(const struct resolver *self, uint32_t type);
bool is_method(const struct resolver *self, uint32_t symbol);

/* scope.c */
/* Whether a plain name means the same wherever in a file it stands. */
bool is_placeless(const struct language *language, const char *name);
bool is_wanted(const struct graph_symbol *symbol, enum want want);
const struct fact_definition *fact_of(const struct resolver *self, uint32_t symbol);
/* Whether one file sees another: by its imports, or as one of its folder or namespace. */
bool is_in_sight(const struct resolver *self, uint32_t file, uint32_t other);
void find_spaces(struct resolver *self);
bool same_folder(const char *a, const char *b);
uint32_t shared_folders(const char *a, const char *b);
struct recent *recent_new(void);
void recent_free(struct recent *recent);
struct meaning find_imported(const struct resolver *self, uint32_t file, const char *name);
/* A name as another file exports it. */
struct meaning find_exported(const struct resolver *self, uint32_t file, const char *name);
struct answer find_plain(
	const struct resolver *self, const struct place *place, const char *name, enum want want);
/* By a qualified name, whole or the end of one: "a.B" finds x.a.B. */
struct answer find_qualified(const struct resolver *self, const struct place *place,
	const char *qualifier, const char *name, enum want want);

/* receiver.c */
/* `receiver`.`name`: of a type, an object, a module, a namespace. */
struct answer find_on_receiver(const struct resolver *self, const struct place *place,
	const char *receiver, const char *name, enum want want);
/* A type as written: qualified, with arguments, a pointer to one. */
struct answer find_type(const struct resolver *self, const struct place *place, const char *text);

/* bind.c: what names may hold, from the bindings of all files; NULL when there are none. */
struct flow;
struct flow *flow_new(struct resolver *self);
void flow_free(struct flow *flow);
#define TARGETS_MAX 8
struct targets {
	struct answer answers[TARGETS_MAX];
	uint32_t count;
	bool many;           /* more than fit */
	bool known;          /* what the callee's text holds is known, though it may be outside */
	bool variable;       /* by a name that may hold several things */
	const char *package; /* then, or NULL */
};
/* What a call may reach by the values of its names. */
void flow_targets(const struct flow *flow, uint32_t file, uint32_t reference, struct targets *out);
/* Whether a name is a variable where it stands, or a field of the types around. */
bool flow_has(const struct flow *flow, const struct place *place, const char *name);
/* Whether a variable of a function around the place stands nearer than a definition. */
bool flow_hides(
	const struct flow *flow, const struct place *place, const char *name, uint32_t definition);
/* The function that a binding's value names, or GRAPH_NONE. */
uint32_t flow_passed(const struct flow *flow, uint32_t file, uint32_t binding);
/* Whether edges are made of a file; false for those whose facts only say what names mean. */
bool is_wanted_file(const struct resolver *self, uint32_t file);
/* Looks from a file through its imports; then `sees` tells which others it sees. */
void see_from(struct resolver *self, uint32_t file);
bool sees(const struct resolver *self, uint32_t file, uint32_t other);

/*
 * overload.c: of the functions of its type that have an answer's name, the one that takes so many
 * arguments (plus one; 0: not known). Likely when several do; the answer when none does.
 */
struct answer find_overload(const struct resolver *self, struct answer answer, uint16_t arguments);
/* Whether it is called on its first parameter too. */
bool is_extension(const struct resolver *self, uint32_t symbol);
/*
 * The one in sight that a call on an object may mean: likely, since the object's type may have a
 * method of its own, ambiguous where built-in types do; resolved on a literal of its type.
 */
struct answer find_extension(const struct resolver *self, const struct place *place,
	const char *receiver, const char *name, uint16_t arguments);

/* tests.c: edges from tests to what they test, out of the edges that the graph has. */
void add_tests(struct resolver *self);
struct graph_edge *add_edge(struct resolver *self);

/* Candidates of one rank: their number, and the one nearest to the place. */
struct tally {
	uint32_t count, best, shared;
};
void tally_add(const struct resolver *self, struct tally *tally, uint32_t file, uint32_t symbol);
struct answer tally_answer(const struct tally *tally, enum confidence one, enum confidence several);

#endif

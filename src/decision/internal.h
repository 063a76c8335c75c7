/* What the files of src/decision/ share: clean text, sentences, cues, drafts. */
#ifndef DECISION_INTERNAL_H
#define DECISION_INTERNAL_H

#include "flywheel/decision.h"
#include "flywheel/scrub.h"
#include "flywheel/store_decision.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/mention.h"
#include "util/regex.h"
#include "util/strings.h"

#include <stdbool.h>
#include <stddef.h>

#define EVIDENCE_MAX 700 /* bytes; a longer span is a listing, not a sentence */

/* Paragraphs of a text without quotes, code, diffs, tables, headings and trailers. */
void text_paragraphs(const char *text, size_t len, struct strings *out);
/* Does the sentence that begins in a message's first line go on in its body? */
bool text_goes_on(const char *message, size_t len);
/* Sentences of one paragraph; code spans, paths and abbreviations stay whole. */
void sentence_split(const char *text, size_t len, struct strings *out);
/*
 * The sentences of a text in the spans that are asked for reasons: one that only makes sense with
 * the one before it ("Otherwise ...", "Now ..." after "Previously ...") is joined to it.
 */
void text_spans(const char *text, size_t len, struct strings *out);

enum cue_label { CUE_DECISION, CUE_RATIONALE, CUE_ALTERNATIVE };

struct cue {
	char *id;
	enum cue_label label;
	double confidence;
	struct regex *regex;
	int decision, because, instead, consequence; /* group numbers, or -1 */
	bool veto;            /* a match means that the span is no decision */
	bool pair;            /* of consequences: matches a sentence together with the one before */
	char *sources;        /* "commit comment", or NULL: all */
	struct strings words; /* lower case; one must occur; none: always tried */
	struct strings yes, no; /* its own samples */
};

struct cues {
	struct cue *list;
	size_t count, capacity;
	struct cues *consequences; /* patterns for what follows from a decision */
};

extern const char cues_conf[]; /* cues.conf, embedded at build time */

/* E_INVALID names the line. */
int cues_load(const char *text, struct cues **out);
void cues_free(struct cues *cues);

struct cue_match {
	const struct cue *cue;
	struct span decision, because, instead, consequence; /* of the span; start SIZE_MAX: none */
};

bool cue_test(const struct cue *cue, const char *text, size_t len, struct cue_match *match);
/* The same for who has the text in lower case at hand. */
bool cue_test_lower(const struct cue *cue, const char *lower, const char *text, size_t len,
	struct cue_match *match);
/* The surest cue that matches; false when none does or a veto holds. */
bool cues_match(const struct cues *cues, const char *source, const char *text, size_t len,
	struct cue_match *match);
/* How a consequence stands to its decision: a clause of its sentence, a sentence that names the
 * change, or the sentence behind it. */
enum consequence_form { FORM_CLAUSE, FORM_SENTENCE, FORM_PAIR };
/* The same of the patterns for consequences of one form. */
bool cues_match_consequence(const struct cues *cues, enum consequence_form form, const char *text,
	size_t len, struct cue_match *match);

/* One decision in the making. Strings are owned. */
struct decision_draft {
	char id[13];
	char *statement, *because, *instead_of, *evidence;
	char *consequences;         /* joined by "; ", or NULL */
	const char *cue;            /* borrowed */
	const struct cue *found_by; /* that cue; NULL: none did */
	double confidence;
	struct strings symbols; /* names as written in the text */
	size_t span;            /* which one of the text's it was read from */
};
/* The drafts of one text. */
struct drafts {
	struct decision_draft *list;
	size_t count, capacity;
};

/*
 * Reads one span. `subject` is what a pure reason ("This avoids ...") is the reason for: a
 * commit's first line; NULL when there is none. False when the span holds no decision.
 */
struct classifier;
bool decision_draft_make(struct classifier *classifier, const char *source, const char *subject,
	const char *span, struct decision_draft *out);
/* A piece of the span without lead-in and trailing punctuation; "" where there is none. */
char *draft_phrase(const char *text, struct span span);
/* A statement that says what it speaks of by a pronoun alone. */
bool draft_is_pronoun_first(const char *text);
/* A clause that was cut where it should not have been. */
bool draft_is_dangling(const char *text);
/*
 * Reads a text's spans from `first` on: the drafts of each, and what follows from them where a
 * later sentence says so. A commit's subject, or the sentence before, becomes a decision for
 * what follows from it. Drafts less sure than `least` are given no consequence.
 */
void drafts_read(struct classifier *classifier, const char *source, const char *subject,
	const struct strings *spans, size_t first, double least, struct drafts *out);
void drafts_release(struct drafts *drafts);
void drafts_take(struct drafts *drafts, const struct decision_draft *list, size_t count);
/*
 * What a commit's message says of decisions, its trailers first. `merge`: its subject counts for
 * nothing. Returns what counts as its subject, the caller's.
 */
char *message_drafts(struct classifier *classifier, const char *message, bool merge, double least,
	struct drafts *out);
/* How sure we are that a maintainer would keep a draft. `subject` may be NULL. */
double draft_confidence(struct classifier *classifier, const char *source, const char *subject,
	const struct decision_draft *draft);
/* The same, when it is known which files go with a draft that a cue found. */
void draft_place(struct classifier *classifier, const char *source, struct decision_draft *draft,
	const struct strings *files);
/* A name of the verdicts that count; "": too few. */
int feedback_mark(struct session *session, char mark[65]);
/* Corrects the classifier by them. */
int feedback_learn(struct session *session, struct classifier *classifier);
const struct cues *classifier_cues(const struct classifier *classifier);
void decision_draft_release(struct decision_draft *draft);
/* Id of a decision: it hangs on the kind of source and on the words, not on the commit. */
void decision_id(const char *source, const char *evidence, char out[13]);

/* Commits whose notes are due. */
struct touched {
	struct oid *commits;
	size_t count, capacity;
};

/* What a mining pass carries. */
struct scrubber;
struct miner {
	struct session *session;
	struct classifier *classifier;
	double least;   /* confidence of what is kept */
	size_t answers; /* texts of which a model said something */
	struct scrubber *scrubber;
	struct decision_writer *writer;
	size_t found;
	struct touched touched;
	bool noted; /* the notes stood where the rows stood when the pass began */
};
/* Scrubs and stores a draft; a text that cannot be scrubbed is dropped. */
int miner_add(struct miner *miner, struct decision_draft *draft, struct decision_row *row,
	const struct strings *files);
#define MODEL_CONFIDENCE 0.88
/* What a model said of this very text, as drafts; returns how many. */
size_t answer_drafts(struct miner *miner, const char *source, const char *text,
	struct decision_draft *drafts, size_t most);
/* What a person answered to an assistant's questions, chosen.c; returns how many. */
size_t chosen_drafts(
	const char *asked, const char *reply, struct decision_draft *drafts, size_t most);
/* Without questions and their choices, which nobody has decided; the caller frees. */
char *text_without_choices(const char *text);
int mine_commits(struct miner *miner, const struct oid *head);
int mine_comments(struct miner *miner, const struct oid *head);
int mine_records(struct miner *miner, const struct oid *head); /* ADRs */
int mine_talk(struct miner *miner);
bool talk_is_mined(struct session *session);
/* What a conversation led to soon after a time; a commit of zero: nothing that is known. */
struct talk_place {
	struct oid commit;
	struct strings files, names;
};
int talk_place_of(
	struct session *session, const char *conversation, int64_t at, struct talk_place *out);
void talk_place_release(struct talk_place *place);
/* Ties the decisions of talk to their commits again where links have changed. */
int talk_relink(struct miner *miner);
bool talk_is_linked(struct session *session);
/* Adds "Decision:", "Rejected:" ... trailers of a message as drafts; returns how many. */
size_t trailer_drafts(
	const char *subject, const char *message, struct decision_draft *drafts, size_t max);

/* A decision as it stands in a note. */
struct note_decision {
	char *id, *statement, *because, *instead_of, *consequences, *source, *evidence, *status;
	char *carried_from; /* the commit it was decided on, where that is another; or NULL */
	double confidence;
	int64_t when; /* a person last spoke; 0: nobody did */
	struct strings symbols;
	char *raw;     /* the whole paragraph as it was read; NULL for one of ours */
	bool withheld; /* of private talk: not to be written unless it stands there */
};
struct decision_note {
	struct note_decision *list;
	size_t count, capacity;
	struct strings foreign; /* paragraphs that are no decisions, as they stand */
};
/* Its words are gone for good: only id and time are left. */
#define FORGOTTEN "forgotten"
void note_parse(const char *text, struct decision_note *out);
/* By id, of each the one that counts (see note_compare), then foreign ones, each once. */
void note_sort(struct decision_note *note);
/*
 * Which of two paragraphs of one id counts: a forgotten one always, then the later word of a
 * person, then, so that all clones agree, the greater text. A total order.
 */
int note_compare(const struct note_decision *a, const struct note_decision *b);
/* A function of the message or record alone, that everybody can make again? */
bool note_is_derived(const struct note_decision *decision);
void note_format_one(const struct note_decision *decision, struct buf *out);
void note_format(const struct decision_note *note, struct buf *out);
void note_add(struct decision_note *note, struct note_decision *decision); /* takes its texts */
void note_release(struct decision_note *note);
void note_decision_release(struct note_decision *decision);
/* Writes what changed of the notes; `all`: of every commit, else only of these. */
int notes_update(struct session *session, const struct oid *commits, size_t count, bool all);

/* What is looked up many times while decisions are read. */
struct reading {
	struct session *session;
	struct oid tree;
	bool has_tree;
	struct map files; /* path: 1 when HEAD has it, or one of its name, else 2 */
	struct map bases; /* names of HEAD's files without their folders; read when first asked */
	bool has_bases;
	struct map names; /* name: index into qualified */
	struct strings qualified;
};
void reading_init(struct reading *reading, struct session *session);
void reading_release(struct reading *reading);
#define STATE_HELD "held" /* no status: the code that it speaks about is there */
const char *reading_status(struct reading *reading, const struct decision_view *view);
/* What made that status, "" where nothing did; `out` is room for it. */
void reading_by(const struct decision_view *view, const char *status, char out[OID_HEX + 1],
	const char **by);
/* The full id that a prefix stands for; errors as decision_find's. */
int decision_expand(struct session *session, const char *id, char out[13]);
/* Calls fn with the view as a decision. */
int reading_visit(
	struct reading *reading, const struct decision_view *view, decision_fn fn, void *payload);

#endif

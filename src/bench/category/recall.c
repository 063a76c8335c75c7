/* decision-recall: what was chosen, against what was rejected, in decisions after the cutoff. Only
 * decisions whose source travels in git count: the exam is the same in every clone. */
#include "bench/internal.h"

#include "bench/code.h"
#include "flywheel/decision.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static bool is_public(const struct decision *decision)
{
	return !strcmp(decision->source, "commit") || !strcmp(decision->source, "comment") ||
	       !strcmp(decision->source, "adr");
}

static uint32_t held_index(const struct material *material, const struct oid *commit)
{
	char hex[OID_HEX + 1];

	oid_hex(commit, hex);
	for (size_t i = 0; i < material->commit_count; i++)
		if (!strcmp(material->commits[i].hex, hex))
			return (uint32_t)i;
	return UINT32_MAX;
}

static int keep(const struct decision *decision, void *payload)
{
	struct material *material = payload;
	struct choice *choice;

	if (!is_public(decision) || !*decision->statement)
		return 0;
	GROW(material->choices, material->choice_count, material->choice_capacity);
	choice = material->choices + material->choice_count++;
	choice->id = xstrdup(decision->id);
	choice->chosen = xstrdup(decision->statement);
	choice->because = xstrdup(decision->because);
	choice->rejected = xstrdup(decision->instead_of);
	choice->path = xstrdup(decision->files && decision->files[0] ? decision->files[0] : "");
	choice->held = held_index(material, &decision->commit);
	return 0;
}

static int list(struct material *material, struct candidates *out)
{
	struct decision_query query = {0};
	/* What earlier commands happened to mine must not decide what is asked. */
	int rc = decision_mine(material->session, NULL);

	if (!rc)
		rc = decision_each(material->session, &query, keep, material);

	for (size_t i = 0; !rc && i < material->choice_count; i++)
		if (material->choices[i].held != UINT32_MAX && *material->choices[i].rejected)
			candidates_add(out, material_hash(material, material->choices[i].id, 71),
				(uint32_t)i, 0);
	return rc;
}

/* Whether most words of the answer stand in a text: then it would be copied, not recalled. */
static bool tells(const char *text, const char *answer)
{
	struct words words = {0};
	size_t all = 0, told = 0;

	words_read(&words, answer, strlen(answer));
	for (size_t i = 0; i < words.count; i++) {
		const struct piece *piece = &words.items[i].piece;
		char *word;

		if (piece->kind != PIECE_NAME || piece->end - piece->start < 4)
			continue;
		word = xstrndup(answer + piece->start, piece->end - piece->start);
		all++;
		told += has_word(text, strlen(text), word);
		free(word);
	}
	words_release(&words);
	return !all || 2 * told > all;
}

static int make(struct material *material, const struct candidate *candidate, struct draft *draft)
{
	const struct choice *choice = material->choices + candidate->a;
	char *subject = first_line(material->commits[choice->held].message, 120);
	bool told = tells(subject, choice->chosen);

	/* A subject that is the decision is left out; something else must lead to it. */
	if ((told && !*choice->because) ||
		(*choice->because && tells(choice->because, choice->chosen))) {
		free(subject);
		return NO_ITEM;
	}
	if (!told)
		buf_addf(&draft->prompt, "Change: %s\n", subject);
	if (*choice->path)
		buf_addf(&draft->prompt, "Where: %s\n", choice->path);
	if (*choice->because)
		buf_addf(&draft->prompt, "Because: %s\n", choice->because);
	buf_addstr(&draft->prompt, "Decision: ");
	draft_answer(draft, choice->chosen, strlen(choice->chosen));
	draft_other(draft, choice->rejected, strlen(choice->rejected), 0);
	for (size_t i = 0; i < material->choice_count; i++) {
		const struct choice *other = material->choices + i;

		if (i == candidate->a || other->held == UINT32_MAX)
			continue;
		draft_other(draft, other->rejected, strlen(other->rejected), 1);
		draft_other(draft, other->chosen, strlen(other->chosen), 1);
	}
	draft->path = xstrdup(choice->path);
	draft->source = xstrdup(material->commits[choice->held].hex);
	free(subject);
	return 0;
}

const struct category category_recall = {
	.name = "decision-recall",
	.about = "which way was chosen, against the ways on record that were not",
	.list = list,
	.make = make,
};

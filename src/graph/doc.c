/* The docs of a graph's symbols, file by file as they are asked for. */
#include "graph/internal.h"

#include "flywheel/parse.h"
#include "flywheel/scrub.h"
#include "util/memory.h"

#include <stdlib.h>

struct docs {
	struct scrubber *scrubber;
	struct map texts;      /* its keys stay where they are */
	const char **texts_of; /* per symbol; NULL: not asked for */
};

void docs_free(struct docs *docs)
{
	if (!docs)
		return;
	scrubber_free(docs->scrubber);
	map_release(&docs->texts);
	free(docs->texts_of);
	free(docs);
}

/* NULL: what cleans them cannot be had, and so they cannot. */
static struct docs *docs_of(struct whole *whole)
{
	struct docs *docs;

	if (whole->docs || !whole->session)
		return whole->docs;
	docs = xcalloc(1, sizeof(*docs));
	docs->texts = (struct map)MAP_INIT;
	docs->texts_of = xcalloc(whole->graph.symbol_count + (size_t)1, sizeof(*docs->texts_of));
	if (scrubber_open_for_code(NULL, &docs->scrubber)) {
		docs_free(docs);
		return NULL;
	}
	return whole->docs = docs;
}

/* A blob that is missing, in a partial clone, documents nothing. */
static void read_file(struct whole *whole, struct docs *docs, uint32_t index)
{
	const struct source_file *file = &whole->snapshot.files[index];
	const struct facts *facts = &file->facts;
	struct buf text = BUF_INIT, words = BUF_INIT;
	bool read = false;

	for (uint32_t i = 0; i < facts->definition_count; i++) {
		const struct fact_definition *at = &facts->definitions[i];

		buf_clear(&words);
		if (at->doc_start != at->doc_end && !read)
			(void)repo_blob_read(whole->session->repo, &file->blob, facts->size, &text);
		read |= at->doc_start != at->doc_end;
		doc_words(docs->scrubber, text.ptr, text.len, at, &words);
		docs->texts_of[file->first_symbol + i] =
			map_put_str(&docs->texts, words.ptr, NULL)->key;
	}
	buf_release(&text);
	buf_release(&words);
}

const char *graph_doc(const struct graph *graph, const struct graph_symbol *symbol)
{
	struct whole *whole =
		(struct whole *)graph; /* it was made as one, and docs are no answer's */
	struct docs *docs = docs_of(whole);
	size_t at = (size_t)(symbol - graph->symbols);

	if (!docs)
		return "";
	if (!docs->texts_of[at])
		read_file(whole, docs, symbol->file);
	return docs->texts_of[at];
}

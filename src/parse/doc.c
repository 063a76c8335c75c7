/* What a definition's doc says. The facts tell where it stands: the blob holds its text already. */
#include "flywheel/parse.h"
#include "flywheel/scrub.h"

#define DOC_MAX 4096

/* It is shown and learnt from, so no secret may be in it. */
static void clean(struct scrubber *scrubber, struct buf *words)
{
	struct buf out = BUF_INIT;

	if (!scrub_count_secrets(scrubber, words->ptr, words->len))
		return;
	if (scrub_text(scrubber, words->ptr, words->len, &out, NULL, NULL))
		buf_clear(&out);
	buf_release(words);
	*words = out;
}

void doc_words(struct scrubber *scrubber, const char *text, size_t len,
	const struct fact_definition *definition, struct buf *out)
{
	struct buf words = BUF_INIT;
	size_t most;

	if (definition->doc_start >= definition->doc_end || definition->doc_end > len)
		return;
	comment_words(
		text + definition->doc_start, definition->doc_end - definition->doc_start, &words);
	clean(scrubber, &words);
	most = words.len;
	if (most > DOC_MAX) {
		most = DOC_MAX;
		while (most && ((unsigned char)words.ptr[most] & 0xc0) == 0x80)
			most--;
	}
	buf_add(out, words.ptr, most);
	buf_release(&words);
}

/* The model's tokens for other modules. */
#include "flywheel/model.h"

#include "model/lexer.h"

int model_tokenize(const char *text, size_t len, model_token_fn fn, void *payload)
{
	struct lexer lexer;
	struct token token;
	int rc = 0;

	lexer_init(&lexer);
	lexer_feed(&lexer, text, len);
	while (!rc && lexer_next(&lexer, &token))
		rc = fn(token.text, token.len, token.offset, payload);
	return rc;
}

static int count_one(const char *token, size_t len, size_t offset, void *payload)
{
	(void)token;
	(void)len;
	(void)offset;
	(*(size_t *)payload)++;
	return 0;
}

size_t model_count_tokens(const char *text, size_t len)
{
	size_t count = 0;

	model_tokenize(text, len, count_one, &count);
	return count;
}

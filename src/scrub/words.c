/*
 * Words or gibberish: which pairs of letters stand beside each other in words of programs and
 * their comments, as a cost from 0 (always) to f (never), counted over 20,000 words of nine
 * projects in six languages. At a mean cost of 6.5 a run of six random letters passes for a word
 * once in seven times, one of ten once in eighteen; of real words one in forty of six letters and
 * one in five hundred of ten is missed. At 6.0 random letters pass half as often, and twice as many
 * words are missed.
 */
#include "scrub/internal.h"

#include <ctype.h>

#define COST_OF_NONE 16 /* what holds other signs than letters is no word */
#define EDGE 26         /* before the first letter and after the last */

double word_cost(const char *text, size_t len)
{
	/* One row per first letter, one column per second; the last of each is the edge. */
	static const char cost[EDGE + 1][EDGE + 2] = {"b655ba7d6f9364f6e45379aa8b7",
		"486849bd57b3a959b6584bde7e4", "4a7a49f47f559b39d6746bbcaf5",
		"589729cd4cd8ba69f76a7accaf1", "6a54779caed674a7a345b897af3",
		"5a86449c3aa59a49c6766dcd7f3", "7c8b3b865fd79669f5697befcd1",
		"3a982afb4eb88949f6766bbf9f3", "7856676fefc56248d754e7faf68",
		"4af82bff7f878a39ba4f3bff8b3", "6a9a27aa4fc6a778c747899fad2",
		"4a962acd3fb4aa49fc666aef5f4", "37a92bce4fb97a54cb696cff8e5",
		"5a55473b6d99a869da4388cfaf3", "8856b88c7d855275f366576ace6",
		"3b893bb86fc5b946d3656abf8f4", "9abacfffafa3aafba88709bccf3",
		"4a772a8d4e987849f75689cf7f3", "7c694ab65fa8aa76ab636caf9b1",
		"4c7a39b63fe89a58f4578dbb7e3", "6668567e7ff55395f444cdfada9",
		"2a9a1bca3fdaa969cf9aacbfdf4", "386748b54ee8b547e558abaccf4",
		"6a5747d95ec97c93f973abc76f2", "998b68bc7cc86684e966bb9f8b0",
		"5cbc09cb5ffa985ffa88afdc664", "564566775aa65665a545687accf"};
	size_t last = EDGE, sum = 0;

	for (size_t i = 0; i <= len; i++) {
		size_t letter = i < len ? (size_t)(tolower((unsigned char)text[i]) - 'a') : EDGE;
		char c;

		if (letter > EDGE)
			return COST_OF_NONE;
		c = cost[last][letter];
		sum += (size_t)(c <= '9' ? c - '0' : c - 'a' + 10);
		last = letter;
	}
	return (double)sum / (double)(len + 1);
}

bool is_word(const char *text, size_t len, double strictness)
{
	return word_cost(text, len) <= strictness;
}

/*
 * What is known of words: families that tell sentences apart whatever they speak of, and vectors
 * that say which words are used alike. The vectors are figures from the messages of a hundred
 * projects: tests/accuracy/decisions/words.py made src/decision/words.tsv.
 */
#include "decision/classifier.h"

#include "util/map.h"
#include "util/memory.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

static const struct family {
	const char *name;
	const char *words; /* blank-separated */
} families[] = {
	{"bug", "bug bugs bugfix crash crashes crashed crashing fail fails failed failing failure "
		"failures error errors wrong wrongly broken broke breaks leak leaks leaked race "
		"deadlock hang hangs regression regressions incorrect incorrectly corrupt corrupts "
		"corrupted corruption overflow missing undefined invalid bogus segfault panic "
		"panics "
		"problem problems issue issues trouble unexpected unexpectedly"},
	{"fix", "fix fixes fixed fixing repair repairs repaired unbreak correct corrects corrected "
		"resolve resolves resolved solve solves solved address addresses addressed"},
	{"good",
		"faster simpler easier easily better cleaner clearer smaller cheaper safer simple "
		"readable robust efficient efficiently consistent consistency flexible portable "
		"useful helpful quicker nicer convenient speedup faster improves simplifies speeds "
		"benefit benefits advantage advantages upside reuse reusable reproducible "
		"constant negligible compatible"},
	{"bad", "slow slower expensive costly complex complicated complexity hard harder difficult "
		"fragile brittle overkill overhead ugly confusing confused confusion misleading "
		"tedious inefficient wasteful wastes waste duplicated duplicate duplication bloat "
		"worse limitation drawback drawbacks downside disadvantage unclear unreadable "
		"inconsistent risky rigid unsafe cumbersome painful painfully unnecessarily "
		"large strict annoying verbose"},
	{"gain", "avoid avoids avoiding prevent prevents preventing ensure ensures ensuring allow "
		 "allows allowing enable enables enabling guarantee guarantees reduce reduces "
		 "reducing save saves saving eliminate eliminates lets helps help makes keeps "
		 "improve protect protects minimize preserve preserves"},
	{"book", "typo typos spelling grammar readme changelog docs documentation doc javadoc "
		 "docstring comment comments test tests testing coverage whitespace indentation "
		 "formatting lint linter bump bumps release version merge copyright license ci "
		 "cosmetic snapshot examples example tutorial"},
	{"chat", "thanks thank please sorry lgtm nit hmm hello hi hope glad happy welcome great "
		 "perfect cheers courtesy ping ok okay sure wow nice interesting"},
	{"doubt", "maybe perhaps might could possibly probably seems guess wonder unsure seem "
		  "wondering suppose think believe ideally theory eventually someday hopefully"},
	{"plan", "todo fixme tbd wip later future plan plans planned planning next follow-up "
		 "followup tomorrow soon pending"},
	{"past", "previously before originally formerly earlier was were had did used until old "
		 "former existing"},
	{"current", "currently today presently"},
	{"now", "now anymore henceforth"},
	{"modal", "must should shall cannot can can't may need needs needed required requires "
		  "require mustn't shouldn't never always only"},
	{"not", "not no don't doesn't isn't aren't won't wouldn't didn't never nothing neither nor "
		"none without n't"},
	{"user", "user users customer customers people client clients caller callers"},
	{"we", "we i we've i've we're i'm i'd i'll we'll our my us let's"},
	{"this", "this that it these it's that's those they which"},
	{"article", "the a an each every all some any both"},
	{"question", "why what how who when where which whether"},
	{"if", "if when whenever while once unless"},
	{"cause", "because since as due thus therefore hence otherwise"},
	{"reason", "reason reasons rationale motivation idea goal purpose point intention aim "
		   "motive justification necessary need needed required important"},
	{"choose",
		"decided decide chose chosen choose opted prefer preferred picked agreed settled "
		"decision went going keep stick rejected considered consensus"},
	{"option", "alternative alternatives option options approach possibility another "
		   "alternatively variant"},
	{"replace",
		"replace replaces replaced replacing switch switched switches convert converted "
		"converts migrate migrated instead rather port ported"},
	{"add", "add adds added adding introduce introduces introduced implement implements "
		"implemented support supports provide provides new"},
	{"remove", "remove removes removed removing drop drops dropped delete deletes deleted kill "
		   "killed unused obsolete redundant unnecessary dead superfluous useless gone"},
	{"change", "change changes changed make makes made move moves moved moving rename renames "
		   "renamed use uses used using set sets split extract refactor refactored update "
		   "updates updated turn turned"},
	{"thank", "reported-by suggested pointed courtesy credits reported co-authored-by "
		  "signed-off-by "
		  "reviewed-by"},
	{"number", "one two three four five ten half twice second third percent times"},
	{"be", "is are was were be been being isn't aren't"},
};

/* Words of the language's skeleton: they stay as they are where others become a shape. */
static const char skeleton[] =
	"a about above after again against all also although always an and another any anymore are "
	"as "
	"at back be because been before being below between both but by can cannot could did do "
	"does "
	"doing don't done down due during each either else enough even every few for from further "
	"had "
	"has have having here how however i if in instead into is it its itself just later less "
	"let "
	"longer many may maybe might more most much must need needs neither never no nor not "
	"nothing "
	"now of off on once one only or order other otherwise our out over own per previously "
	"rather "
	"same should since so some still such sure than that the their them then there therefore "
	"these "
	"they this those though through thus to too under until up us used very via was way we "
	"well "
	"were what when where whether which while who why will with within without would yet you "
	"your "
	"instead avoid prevent make makes ensure allow allows fix fixed add added remove";

struct lexicon {
	struct map words; /* word: bits of its families */
	struct map kept;  /* words of the skeleton */
	struct map near;  /* word: its figures, borrowed, a character each */
};

static void put_words(struct map *map, const char *words, uint64_t bits)
{
	for (size_t len; *words; words += len) {
		words += strspn(words, " ");
		len = strcspn(words, " ");
		if (len)
			map_put(map, words, len, NULL)->value.num |= (int64_t)bits;
	}
}

/* Lines of a word, a tab and its figures. */
static void put_vectors(struct map *map, const char *lines)
{
	while (*lines) {
		size_t word = strcspn(lines, "\t"), len = strcspn(lines, "\n");

		assert(len == word + 1 + VECTOR_SIZE);
		map_put(map, lines, word, NULL)->value.ptr = (void *)(uintptr_t)(lines + word + 1);
		lines += len + (lines[len] == '\n');
	}
}

struct lexicon *lexicon_new(const char *vectors)
{
	struct lexicon *lexicon = xcalloc(1, sizeof(*lexicon));

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		put_words(&lexicon->words, families[i].words, (uint64_t)1 << i);
	put_words(&lexicon->kept, skeleton, 1);
	put_vectors(&lexicon->near, vectors);
	return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
	if (!lexicon)
		return;
	map_release(&lexicon->words);
	map_release(&lexicon->kept);
	map_release(&lexicon->near);
	free(lexicon);
}

uint64_t lexicon_families(const struct lexicon *lexicon, const char *word, size_t len)
{
	const struct map_entry *entry = map_get(&lexicon->words, word, len);

	return entry ? (uint64_t)entry->value.num : 0;
}

const char *lexicon_family(size_t index)
{
	return index < ARRAY_SIZE(families) ? families[index].name : NULL;
}

bool lexicon_keeps(const struct lexicon *lexicon, const char *word, size_t len)
{
	return map_get(&lexicon->kept, word, len) != NULL;
}

bool lexicon_vector(
	const struct lexicon *lexicon, const char *word, size_t len, float out[VECTOR_SIZE])
{
	const struct map_entry *entry = map_get(&lexicon->near, word, len);
	const char *figures = entry ? entry->value.ptr : NULL;

	for (size_t i = 0; i < VECTOR_SIZE && figures; i++)
		out[i] = (float)((figures[i] - '?') / 31.5 - 1);
	return figures != NULL;
}

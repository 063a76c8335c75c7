/*
 * Who commits, as git has it: GIT_COMMITTER_*, committer.*, user.*. Where that is all there is to
 * it, it is read here, because a process costs more than the note that it is for. Whatever hangs on
 * more (a date that is given, a name to be cleaned or guessed, settings that libgit2 reads in
 * another way) git itself is asked for, and says what it refuses.
 */
#include "repo/internal.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/process.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* git takes these off both ends of a name, and '<', '>' and line feeds out of its middle. */
static bool is_clean(const char *text)
{
	static const char crud[] = " .,:;<>\"\\'";
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '<' || text[i] == '>')
			return false;
	return len && (unsigned char)text[0] > ' ' && (unsigned char)text[len - 1] > ' ' &&
	       !strchr(crud, text[0]) && !strchr(crud, text[len - 1]);
}

/* Settings that come from elsewhere than the files that libgit2 reads, or only sometimes. */
static bool is_plain(git_config *config)
{
	static const char *const elsewhere[] = {"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
		"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"};
	git_config_iterator *found = NULL;
	git_config_entry *entry;
	bool plain = true;

	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (getenv(elsewhere[i]))
			return false;
	if (git_config_iterator_new(&found, config)) /* libgit2 1.5's own search leaks */
		return false;
	while (plain && !git_config_next(&entry, found))
		plain = strncmp(entry->name, "includeif.", 10) != 0 &&
			strcmp(entry->name, "extensions.worktreeconfig") != 0;
	git_config_iterator_free(found);
	return plain;
}

/* NULL: git must be asked. */
static const char *find(git_config *config, const char *variable, const char *own, const char *any)
{
	const char *value = getenv(variable);

	if (!value && config && git_config_get_string(&value, config, own) &&
		git_config_get_string(&value, config, any))
		value = NULL;
	return value && is_clean(value) ? value : NULL;
}

/* Minutes that local time is ahead of UTC. */
static int zone_at(time_t now)
{
	struct tm here, utc;
	int days;

	localtime_r(&now, &here);
	gmtime_r(&now, &utc);
	days = here.tm_year != utc.tm_year ? here.tm_year - utc.tm_year
					   : here.tm_yday - utc.tm_yday;
	return (days * 24 + here.tm_hour - utc.tm_hour) * 60 + here.tm_min - utc.tm_min;
}

static bool identity_here(struct repo *repo, struct buf *out)
{
	const char *name, *email;
	git_config *config = NULL;
	time_t now = time(NULL);
	int zone = zone_at(now);

	if (getenv("GIT_COMMITTER_DATE"))
		return false;
	if (!(getenv("GIT_COMMITTER_NAME") && getenv("GIT_COMMITTER_EMAIL")) &&
		git_repository_config_snapshot(&config, repo->git))
		return false;
	if (config && !is_plain(config)) {
		git_config_free(config);
		return false;
	}
	name = find(config, "GIT_COMMITTER_NAME", "committer.name", "user.name");
	email = find(config, "GIT_COMMITTER_EMAIL", "committer.email", "user.email");
	if (name && email)
		buf_addf(out, "%s <%s> %lld %c%02d%02d", name, email, (long long)now,
			zone < 0 ? '-' : '+', abs(zone) / 60, abs(zone) % 60);
	git_config_free(config);
	return name && email;
}

int repo_identity(struct repo *repo, struct buf *out)
{
	static const char *const args[] = {"var", "GIT_COMMITTER_IDENT", NULL};
	int rc;

	if (identity_here(repo, out))
		return 0;
	rc = git_run(repo->git_dir, args, NULL, 0, out);
	buf_trim(out);
	if (rc) /* git's own words are ten lines */
		return fail(rc, "git does not know who you are (set user.name and user.email)");
	return 0;
}

int repo_signature(struct repo *repo, git_signature **out)
{
	struct buf line = BUF_INIT;
	int rc = repo_identity(repo, &line);

	if (!rc && git_signature_from_buffer(out, line.ptr))
		rc = repo_fail(E_FAIL, "cannot read the committer's name");
	buf_release(&line);
	return rc;
}

/*
 * The commit that wrote a line of the work tree: by the versions of its file where they are known,
 * else by git blame, which needs some tenths of a second.
 */
#include "decision/lines.h"
#include "flywheel/why.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)8 << 20)

static int ask_git(struct session *session, const char *path, uint32_t line, struct oid *commit)
{
	const char *folder = repo_work_dir(session->repo);
	char *range = xstrfmt("%u,%u", line, line);
	const char *args[] = {"blame", "-L", range, "--porcelain", folder ? "--" : "HEAD",
		folder ? path : "--", folder ? NULL : path, NULL};
	struct buf out = BUF_INIT;
	int rc = git_run(folder ? folder : repo_git_dir(session->repo), args, NULL, 0, &out);

	memset(commit, 0, sizeof(*commit));
	if (!rc && out.len > OID_HEX) {
		out.ptr[OID_HEX] = '\0';
		rc = oid_parse(out.ptr, commit);
	}
	buf_release(&out);
	free(range);
	return rc;
}

/*
 * Where a line of the work tree stands in HEAD; 0: nowhere, or only git can tell, because a filter
 * may stand between the two (line ends, large files).
 */
static int line_in_head(struct session *session, const char *path, uint32_t line, uint32_t *in_head)
{
	const char *folder = repo_work_dir(session->repo);
	char *file = folder ? path_join(folder, path) : NULL;
	struct buf now = BUF_INIT, then = BUF_INIT;
	struct oid tree, blob;
	int rc = repo_tree_of(session->repo, "HEAD", &tree);

	*in_head = 0;
	if (!rc)
		rc = repo_tree_file(session->repo, &tree, path, &blob);
	if (!rc)
		rc = repo_blob_read(session->repo, &blob, TEXT_MAX, &then);
	if (!rc && file)
		rc = file_read(file, TEXT_MAX, &now);
	if (!rc && (!file || (now.len == then.len && !memcmp(now.ptr, then.ptr, now.len))))
		*in_head = line;
	else if (!rc)
		rc = line_map(&then, &now, line, in_head);
	buf_release(&now);
	buf_release(&then);
	free(file);
	return rc;
}

int why_blame(struct session *session, const char *path, uint32_t line, struct oid *commit)
{
	struct oid head;
	uint32_t in_head = 0;
	int rc = repo_head(session->repo, &head);

	if (!rc)
		rc = versions_update(session, &head, false);
	if (!rc)
		rc = line_in_head(session, path, line, &in_head);
	if (!rc && in_head)
		rc = line_commit(session, path, in_head, commit);
	if (!rc && in_head)
		return 0;
	error_clear();
	return ask_git(session, path, line, commit);
}

"""Where clones lie in a folder: <owner>+<name>, <owner>/<name> or <name>, bare or not, with .git behind
the name, or with the repository in a folder `repo`."""
import os


def repository_in(folder):
    for tail in ("", ".git", "repo", "repo/.git"):
        path = os.path.join(folder, tail).rstrip("/")
        if os.path.exists(os.path.join(path, "objects")):
            return path
    return None


def clone_of(root, repository):
    """The clone of <owner>/<name>; None: it is not there."""
    for name in (repository.replace("/", "+"), repository, repository.split("/")[1]):
        path = root and (repository_in(os.path.join(root, name)) or
                         repository_in(os.path.join(root, name + ".git")))
        if path:
            return path
    return None

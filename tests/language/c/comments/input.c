/*
 * A block of words,
 *
 * in two paragraphs.
 */

/* one line */
/* and another */
int a; // trailing
int b; // trailing too
	// deeper
	// still deeper

/**
 * A doc with stars. **/
int f(void)
{
	/* We copy instead of sharing, because the caller may free it. */
	return 1;
}

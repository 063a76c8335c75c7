int before(void) { return 1; }

int broken(int a)
{
	if (a {
		before();
	}
	return 2;
}

int after(void) { return before(); }
@@@ not C at all
static int last(void) { return after(); }

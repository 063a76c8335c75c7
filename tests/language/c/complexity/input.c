int flat(int a)
{
	return a;
}

int branches(int a, int b)
{
	if (a && b && a)
		return 1;
	else if (a || b)
		return 2;
	else
		return 3;
}

int nested(int n)
{
	for (int i = 0; i < n; i++) {
		while (n) {
			if (i)
				goto out;
		}
	}
	do
		n--;
	while (n);
out:
	return n ? 1 : 0;
}

int choice(int n)
{
	switch (n) {
	case 1:
		return 1;
	case 2:
	case 3:
		return 2;
	default:
		return 0;
	}
}

#ifdef OTHER
int variant(void) { return flat(1); }
#else
int variant(void) { return flat(2); }
#endif

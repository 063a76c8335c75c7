#define REQUEST_FIELDS                                                                             \
	/* public */                                                                               \
	void *data;                                                                                \
	REQUEST_PRIVATE_FIELDS

/* Made of macros. */
struct request {
	REQUEST_FIELDS
	int fd;
	ALIGNED(8)
};

BEGIN_DECLS
API int CALL exported(const char *name);
API char *CALL exported_body(const char *name)
{
	return lookup(name);
}

/* A test. */
TEST_IMPL(reads_file) {
	ASSERT(read_file("x") == 0);
	return 0;
}

BENCHMARK(write_file)
{
	return write_file();
}

INLINE_API(static int wrapped(struct request *r))
{
	return r->fd;
}

VISIBLE(const char *) typed(int a)
{
	return names[a];
}

BOOL WINAPI converted(DWORD a)
{
	return TRUE;
}

static void never(void) NORETURN;
static void attributed(int a) PRINTF_LIKE(1, 2)
{
	use(a);
}

MAKE_TABLE(char *, names);
#define HAS_COMMENT(text) (strstr(text, "/*") != 0)

#ifdef __GNUC__
__attribute__((destructor))
#endif
void shut_down(void)
{
}

typedef BOOL (WINAPI *compare_fn)(HANDLE a, HANDLE b);
typedef void *(*allocate_fn)(size_t size);
typedef struct node (*entry);
typedef unsigned int uint32_t;

/* None of these is a macro that may go. */
BOOL plain(DWORD a)
{
	FILE *f = OPEN(a);
	return f != NULL;
}
FILE *opened;
struct TABLE table;
LIST_HEAD(listed, request) heads;
END_DECLS
typedef int (called_fn)(struct request *r);

/* Loads libcurl by the name that all its versions since 2006 have. */
#include "http/library.h"

#include "util/error.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __APPLE__
#define LIBRARY "libcurl.4.dylib"
#else
#define LIBRARY "libcurl.so.4"
#endif

/* POSIX promises that a function's address fits; ISO C has no cast that says so. */
static bool find(void *handle, const char *name, void *function)
{
	void *symbol = dlsym(handle, name);

	memcpy(function, &symbol, sizeof(symbol));
	return symbol;
}

int library_load(struct library *out)
{
	static const struct {
		const char *name;
		size_t place;
	} functions[] = {
#define EACH(type, name, parameters) {"curl_" #name, offsetof(struct library, name)},
		CURL_FUNCTIONS(EACH)
#undef EACH
	};
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return fail(E_UNSUPPORTED, "cannot load libcurl: %s", dlerror());
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (!find(handle, functions[i].name, (char *)out + functions[i].place))
			return fail(E_UNSUPPORTED, "%s lacks %s", LIBRARY, functions[i].name);
	return 0;
}

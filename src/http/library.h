/*
 * libcurl, loaded by whoever speaks to the network: it and what it needs take longer to load than
 * most commands take in all.
 */
#ifndef HTTP_LIBRARY_H
#define HTTP_LIBRARY_H

#define CURL_DISABLE_TYPECHECK /* its macros would stand in the way of the names below */
#include <curl/curl.h>

#define CURL_FUNCTIONS(EACH)                                                                       \
	EACH(CURL *, easy_init, (void))                                                            \
	EACH(CURLcode, easy_setopt, (CURL *, CURLoption, ...))                                     \
	EACH(CURLcode, easy_getinfo, (CURL *, CURLINFO, ...))                                      \
	EACH(CURLcode, easy_perform, (CURL *))                                                     \
	EACH(void, easy_cleanup, (CURL *))                                                         \
	EACH(const char *, easy_strerror, (CURLcode))                                              \
	EACH(CURLHcode, easy_header,                                                               \
		(CURL *, const char *, size_t, unsigned int, int, struct curl_header **))          \
	EACH(struct curl_slist *, slist_append, (struct curl_slist *, const char *))               \
	EACH(void, slist_free_all, (struct curl_slist *))                                          \
	EACH(time_t, getdate, (const char *, const time_t *))                                      \
	EACH(CURLU *, url, (void))                                                                 \
	EACH(void, url_cleanup, (CURLU *))                                                         \
	EACH(CURLUcode, url_get, (const CURLU *, CURLUPart, char **, unsigned int))                \
	EACH(CURLUcode, url_set, (CURLU *, CURLUPart, const char *, unsigned int))                 \
	EACH(const char *, url_strerror, (CURLUcode))                                              \
	EACH(void, free, (void *))

/* Called as curl's own manual says of curl_<name>. */
struct library {
#define EACH(type, name, parameters) type(*name) parameters;
	CURL_FUNCTIONS(EACH)
#undef EACH
};
/* E_UNSUPPORTED: it is not installed. Never unloaded; a second time it is found at once. */
int library_load(struct library *out);

#endif

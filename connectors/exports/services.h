/* services.h - what review sites, shops and help desks export as JSON or XML: by which members an
 * export is known, what they mean, which objects are no feedback, and who speaks in a
 * conversation. Tables with a header are known to vendors.h. */
#ifndef CONNECTORS_EXPORTS_SERVICES_H
#define CONNECTORS_EXPORTS_SERVICES_H

#include "base/arena.h"
#include "pipeline/record.h"

struct members;
struct service;

/* The service whose record this is, by the names of its members, or NULL. */
const struct service *service_of_members(const struct members *members);

/* The service whose file has this root element and, among its elements, this record, or NULL. */
const struct service *service_of_elements(struct text root, const struct text *elements,
                                          size_t count);

/* "Disqus export". */
const char *service_name(const struct service *service);

/* The element that is one record; empty for services known by their members. */
struct text service_element(const struct service *service);

/* Whether some of its objects are no feedback: spam, deleted posts, the app above its reviews. */
bool service_is_choosy(const struct service *service);
bool service_takes(const struct service *service, const struct members *members);

/* In a conversation, the members of single messages give way to one: what the customer said, in the
 * order of the messages, without notes and without what agents and machines said. */
void service_prepare(const struct service *service, struct members *members);

/* The roles of those members that are there as `map =` would say them; `given` (the user's map)
 * stands behind and so wins. */
struct text service_mapping(const struct service *service, const struct text *names, size_t count,
                            struct text given, struct arena *arena);

/* What mapping cannot say: the original within a translation. After mapping_apply. */
void service_finish(const struct service *service, struct record *record);

#endif

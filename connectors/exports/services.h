/* services.h - what review sites, shops and help desks export as JSON or XML: by which members an
 * export is known, what they mean, which objects are no feedback, and who speaks in a
 * conversation. Tables with a header are known to vendors.h. */
#ifndef CONNECTORS_EXPORTS_SERVICES_H
#define CONNECTORS_EXPORTS_SERVICES_H

#include "base/arena.h"
#include "pipeline/record.h"

struct fields;
struct service;

/* The service whose record this is, by the names of its members, or NULL. */
const struct service *service_find_by_fields(const struct fields *fields);

/* The service whose file has this root element and, among its elements, this record, or NULL. */
const struct service *service_find_by_elements(struct text root, const struct text *elements,
                                               size_t count);

/* "Disqus export". */
const char *service_name(const struct service *service);

/* The element that is one record; empty for services known by their members. */
struct text service_element(const struct service *service);

/* Whether some of its objects are no feedback: spam, deleted posts, the app above its reviews. */
bool service_has_skip_rules(const struct service *service);
bool service_accepts(const struct service *service, const struct fields *fields);

/* In a conversation, the members of single messages give way to one: what the customer said, in the
 * order of the messages, without notes and without what agents and machines said. */
void service_merge_conversation(const struct service *service, struct fields *fields);

/* The roles of those members that are there as `map =` would say them; `given` (the user's map)
 * stands behind and so wins. */
struct text service_mapping(const struct service *service, const struct text *names, size_t count,
                            struct text user_mapping, struct arena *arena);

/* What mapping cannot say: the original within a translation. After mapping_fill_record. */
void service_restore_original(const struct service *service, struct record *record);

#endif

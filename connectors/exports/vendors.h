/* vendors.h - exports known by their header, and what their columns mean. */
#ifndef CONNECTORS_EXPORTS_VENDORS_H
#define CONNECTORS_EXPORTS_VENDORS_H

#include "base/arena.h"
#include "pipeline/record.h"

struct vendor;

/* The vendor whose header this is, or NULL. Case does not matter. */
const struct vendor *vendor_find_by_header(const struct text *names, size_t count);

/* "Google Play review export". */
struct text vendor_name(const struct vendor *vendor);

/* The roles of its columns as `map =` would say them ("text=Review Text,..."), of those columns
 * that are there; `given` (the user's map) stands behind and so wins. */
struct text vendor_mapping(const struct vendor *vendor, const struct text *names, size_t count,
                           struct text user_mapping, struct arena *arena);

/* Written by the company or a bot, not by a customer: to be left out. After mapping_fill_record. */
bool vendor_is_company_record(const struct vendor *vendor, const struct record *record);

/* What mapping cannot say: ids within links, dates of an edit. After mapping_fill_record. */
void vendor_complete_record(const struct vendor *vendor, struct record *record,
                            struct arena *arena);

#endif

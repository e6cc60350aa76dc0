/* json_members.h - a JSON object as named values. */
#ifndef CONNECTORS_JSON_MEMBERS_H
#define CONNECTORS_JSON_MEMBERS_H

#include "base/json.h"
#include "connectors/members.h"
#include "connectors/paths.h"

/* Reads the object that `raw` is, mended where exporters write against the rules (json_mend).
 * Nested members are called by their way ("author.name"), objects of a list by their number from 1
 * ("parts.2.body"); lists of plain values are one value, "a, b". What feeds wrap a value in
 * ({"label": "5"}) is the value itself. False with the fault, and no members: not JSON, or larger
 * than the limits. */
bool json_members_read(struct text raw, const struct member_limits *limits, struct paths *paths,
                       struct members *members, struct error *fault);

#endif

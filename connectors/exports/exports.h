/* exports.h - exports of review sites, shops, help desks and survey tools that the program knows:
 * how to recognize them, what their columns mean, which rows are not feedback. One file for each
 * vendor defines its rows; exports.c lists and applies them. */
#ifndef CONNECTORS_EXPORTS_EXPORTS_H
#define CONNECTORS_EXPORTS_EXPORTS_H

#include "base/mojibake.h"
#include "connectors/columns/field_list.h"
#include "connectors/columns/roles.h"
#include "connectors/exports/conversation.h"

enum export_form {
    EXPORT_TABLE,   /* rows with a header; names match ignoring case and outer blanks */
    EXPORT_OBJECTS, /* JSON objects or XML elements with these fields; names match exactly */
    EXPORT_ELEMENTS /* an XML file with this root; names match exactly */
};

enum { MAX_REQUIRED_COLUMNS = 5, MAX_SKIP_RULES = 8 };

/* Names of columns may be alternatives, "A|B": the first that exists counts. */
struct known_export {
    const char *name; /* "Disqus export"; NULL ends a list */
    enum export_form form;
    const char *root, *element; /* EXPORT_ELEMENTS: the root and the record, without prefixes */
    const char *required[MAX_REQUIRED_COLUMNS + 1]; /* other forms: columns that identify it */

    /* "" means no column. In a table, a role whose columns are all missing has no column either; in
     * objects and elements, it is searched for by name. */
    struct {
        enum role role;
        const char *columns;
    } roles[ROLE_COUNT];

    /* The best possible rating in this export; 0: found from the cells. A scale that a cell states
     * ("4/5") is that cell's. */
    double rating_scale;

    /* Objects and elements that are not feedback: "isSpam=true", or "im:name" if it has the field.
     */
    const char *skip_rules[MAX_SKIP_RULES];

    /* Objects and elements that hold a conversation; NULL: they do not. */
    const struct conversation *conversation;

    /* Tables only: whether the row is not in the customer's own words; NULL: never. Objects and
     * elements have skip_rules. */
    bool (*is_company_record)(const struct record *record);

    /* Sets what no column holds directly, such as an id within a link; NULL: nothing. Called after
     * mapping_fill_record. */
    void (*complete_record)(struct record *record, struct arena *arena);
};

extern const struct known_export amazon_exports[];
extern const struct known_export app_store_connect_exports[];
extern const struct known_export annotation_exports[];
extern const struct known_export apple_exports[];
extern const struct known_export booking_exports[];
extern const struct known_export discourse_exports[];
extern const struct known_export disqus_exports[];
extern const struct known_export employers_exports[];
extern const struct known_export freshdesk_exports[];
extern const struct known_export google_business_exports[];
extern const struct known_export google_places_exports[];
extern const struct known_export google_play_exports[];
extern const struct known_export gorgias_exports[];
extern const struct known_export help_scout_exports[];
extern const struct known_export intercom_exports[];
extern const struct known_export kakao_talk_exports[];
extern const struct known_export lime_survey_exports[];
extern const struct known_export messenger_exports[];
extern const struct known_export outlook_exports[];
extern const struct known_export reddit_exports[];
extern const struct known_export shopify_exports[];
extern const struct known_export slack_exports[];
extern const struct known_export smartstore_exports[];
extern const struct known_export stack_exchange_exports[];
extern const struct known_export steam_exports[];
extern const struct known_export telegram_exports[];
extern const struct known_export tripadvisor_exports[];
extern const struct known_export trustpilot_exports[];
extern const struct known_export typeform_exports[];
extern const struct known_export woo_commerce_exports[];
extern const struct known_export wordpress_exports[];
extern const struct known_export yelp_exports[];
extern const struct known_export youtube_exports[];
extern const struct known_export zendesk_exports[];

/* The export with this header, with such objects, or with this root element and one of these
 * elements; NULL if none is known. */
const struct known_export *exports_find_by_header(const struct text *names, size_t count);
const struct known_export *exports_find_by_fields(const struct fields *fields);
const struct known_export *exports_find_by_elements(struct text root, const struct text *elements,
                                                    size_t count);

/* The columns of the export's roles, for mapping_find. */
struct known_roles export_find_roles(const struct known_export *known_export,
                                     const struct text *names, size_t count);

/* Whether an object or element is feedback by the export's skip rules. */
bool export_accepts_fields(const struct known_export *known_export, const struct fields *fields);

/* The value of the record's field of that name, trimmed; names match ignoring case. Empty if there
 * is no such field. For the functions of a known_export. */
struct text export_field_value(const struct record *record, const char *name);

/* Sets the rating, if there is none, from the words of help desks in the field of that name:
 * "great" and "good" are 3 of 3, "okay" is 2, "not good" and "bad" are 1. For the functions of a
 * known_export, since the words mean other ratings elsewhere. */
void export_use_rating_word(struct record *record, const char *name);

/* Sets created_at, if it is unknown, from the first of these fields that holds a date. The list
 * ends with NULL. For the functions of a known_export. */
void export_use_first_date(struct record *record, const char *const *names);

/* The lines of connector.explain about the content of a file: "recognized: NAME" (NULL: no export
 * or survey tool is known), "letters: ..." if they are repaired, then the lines of answers_explain.
 */
struct text exports_explain(const char *name, enum mojibake mojibake, struct text answers,
                            struct arena *arena);

#endif

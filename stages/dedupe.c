/* dedupe.c - the dedupe stage: which records are new, and which are known already.
 *
 * A record is identified by the export's own id. Without one, it is identified by its content as it
 * is written and the number of identical rows before it in the file: two customers may write the
 * same on the same day, and both count, but reading the file again must give the same ids. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "pipeline/store.h"
#include "stages/stages.h"

struct dedupe {
    bool same_author_duplicates;
    struct store *store;                    /* borrowed */
    struct hash_table identical_row_counts; /* of the current file's rows without an id */
    uint64_t file_hash;                     /* of the current file's source and path */
    struct hash_table batch; /* keys of earlier records in the batch, not in the store yet; of a
                                preview, which saves none: in all batches */
    bool is_preview;
};

static bool open_dedupe(void *state, const struct stage_context *stage_context, struct error *error)
{
    (void)error;
    struct dedupe *dedupe = state;
    dedupe->store = stage_context->store;
    dedupe->is_preview = stage_context->is_preview;
    return true;
}

static void close_dedupe(void *state)
{
    struct dedupe *dedupe = state;
    hash_table_free(&dedupe->identical_row_counts);
    hash_table_free(&dedupe->batch);
}

/* Kinds of keys in the batch's table. */
enum seen_kind { SEEN_ID, SEEN_REVISION, SEEN_AUTHOR_TEXT, SEEN_TEXT };

static bool was_seen_in_batch(struct dedupe *dedupe, enum seen_kind kind, uint64_t a, uint64_t b)
{
    uint64_t key =
        hash_combine_number(hash_combine_number(hash_combine_number(HASH_SEED, kind), a), b);
    return hash_table_find(&dedupe->batch, key) != NULL;
}

static void mark_seen_in_batch(struct dedupe *dedupe, enum seen_kind kind, uint64_t a, uint64_t b)
{
    uint64_t key =
        hash_combine_number(hash_combine_number(hash_combine_number(HASH_SEED, kind), a), b);
    hash_table_get_or_insert(&dedupe->batch, key, 1, NULL);
}

static uint64_t hash_real(uint64_t hash, double number)
{
    uint64_t bits = 0; /* of every NAN, and of both zeros */
    if (!isnan(number) && number != 0)
        memcpy(&bits, &number, sizeof(bits));
    return hash_combine_number(hash, bits);
}

static uint64_t compute_text_hash(const struct record *record)
{
    return hash_combine(hash_combine(hash_combine(HASH_SEED, record->title), record->text),
                        record->question);
}

/* The time, if it is certain: it depends on `dates =` and `zone =`, so a change of them changes the
 * content. Otherwise all readings, because which of them is right is known only after all rows. */
static uint64_t hash_date(uint64_t hash, const struct record *record)
{
    const struct date_readings *date = &record->date;
    if (!date->shape || date->given_order != DATE_ORDER_UNKNOWN)
        return hash_combine_number(hash, (uint64_t)record->created_at);
    for (int order = DATE_ORDER_UNKNOWN + 1; order < DATE_ORDER_COUNT; order++)
        hash = hash_combine_number(hash, (uint64_t)date->times[order]);
    return hash;
}

static uint64_t compute_content_hash(const struct record *record)
{
    return hash_date(hash_real(record->text_hash, record->rating), record);
}

/* The stages before this one change columns by their settings. */
static uint64_t compute_details_hash(const struct batch *batch, const struct record *record)
{
    uint64_t hash = hash_combine_number(batch->settings_hash, record->columns_hash);
    hash = hash_combine_number(hash_combine(hash, record->lang), record->asked_for);
    return hash_combine(hash, record->reply);
}

/* Depends on no setting that decides what a date means. */
static uint64_t compute_record_id(struct dedupe *dedupe, const struct batch *batch,
                                  const struct record *record)
{
    uint64_t id = hash_combine(HASH_SEED, batch->source);
    if (record->external_id.size > 0)
        return hash_combine(id, record->external_id);
    id = hash_combine_number(hash_combine(id, record->author), record_date_key(record));
    id = hash_combine_number(id, record->text_hash);
    size_t *earlier_count = hash_table_get_or_insert(&dedupe->identical_row_counts, id, 0, NULL);
    return hash_combine_number(id, (*earlier_count)++);
}

static uint64_t hash_author(const struct batch *batch, const struct record *record)
{
    return hash_combine_number(hash_text(batch->source), record->author_hash);
}

/* What the author said: another rating is another opinion. */
static uint64_t hash_opinion(const struct record *record)
{
    return hash_real(record->text_hash, record->rating);
}

/* Whether the author wrote the same text with the same rating in another record, in this batch or a
 * saved one. */
static bool is_same_author_duplicate(struct dedupe *dedupe, const struct batch *batch,
                                     const struct record *record, bool *found, struct error *error)
{
    *found = dedupe->same_author_duplicates && record->author_hash != 0;
    if (!*found || was_seen_in_batch(dedupe, SEEN_AUTHOR_TEXT, hash_author(batch, record),
                                     hash_opinion(record)))
        return true;
    return store_find_same_author_duplicate(dedupe->store, batch, record, found, error);
}

/* The state of the first record of its id, as far as this run and its settings are concerned. */
static bool determine_state_of_first(struct dedupe *dedupe, const struct batch *batch,
                                     struct record *record, const struct record_lookup *lookup,
                                     struct error *error)
{
    bool is_duplicate = false, was_read_otherwise = false;
    if (!lookup->new_in_this_run &&
        !is_same_author_duplicate(dedupe, batch, record, &is_duplicate, error))
        return false;
    if (!lookup->exists || lookup->new_in_this_run) {
        if (!store_find_other_reading(dedupe->store, batch, record, &was_read_otherwise, error))
            return false;
        record->state = was_read_otherwise ? RECORD_REVISED : RECORD_NEW;
    } else {
        record->state = lookup->same_content ? RECORD_UNCHANGED : RECORD_REVISED;
    }
    record->repeats_author = is_duplicate;
    record->state_if_nobody = record->state;
    if (is_duplicate)
        record->state = RECORD_DUPLICATE;
    return true;
}

static void mark_seen(struct dedupe *dedupe, const struct batch *batch, const struct record *record)
{
    mark_seen_in_batch(dedupe, SEEN_ID, record->id, 0);
    mark_seen_in_batch(dedupe, SEEN_REVISION, record->id, record->content_hash);
    if (record->state != RECORD_DUPLICATE)
        mark_seen_in_batch(dedupe, SEEN_AUTHOR_TEXT, hash_author(batch, record),
                           hash_opinion(record));
}

static bool determine_state(struct dedupe *dedupe, const struct batch *batch, struct record *record,
                            struct error *error)
{
    struct record_lookup lookup;
    uint64_t id = record->id;
    bool in_batch = was_seen_in_batch(dedupe, SEEN_ID, id, 0);
    if (!store_find_record(dedupe->store, batch, record, &lookup, error))
        return false;
    bool is_known = in_batch || (lookup.exists && !lookup.is_outdated);
    bool is_own_duplicate = was_seen_in_batch(dedupe, SEEN_REVISION, id, record->content_hash) ||
                            (lookup.same_content && lookup.seen_in_this_run) ||
                            (lookup.same_content && in_batch && !lookup.is_outdated);
    if (is_own_duplicate) {
        record->state = RECORD_DUPLICATE;
    } else if (is_known && !(lookup.same_content && lookup.new_in_this_run)) {
        bool is_unchanged = lookup.same_content && !lookup.is_outdated;
        record->state = is_unchanged ? RECORD_UNCHANGED : RECORD_REVISED;
    } else if (!determine_state_of_first(dedupe, batch, record, &lookup, error)) {
        return false;
    } else if (record->state == RECORD_DUPLICATE) {
        return true;
    }
    record->may_have_new_details =
        (record->state == RECORD_UNCHANGED || record->state == RECORD_DUPLICATE) &&
        (!lookup.same_details || in_batch);
    mark_seen(dedupe, batch, record);
    return true;
}

static bool determine_needs_analysis(struct dedupe *dedupe, struct record *record,
                                     struct error *error)
{
    bool is_saved = record->state == RECORD_NEW || record->state == RECORD_REVISED ||
                    record->state == RECORD_UNCHANGED;
    if (!is_saved || was_seen_in_batch(dedupe, SEEN_TEXT, record->text_hash, 0))
        return true;
    mark_seen_in_batch(dedupe, SEEN_TEXT, record->text_hash, 0);
    bool found;
    if (!store_has_analysis(dedupe->store, record->text_hash, &found, error))
        return false;
    record->needs_analysis = !found;
    return true;
}

static bool process(void *state, struct batch *batch, struct error *error)
{
    struct dedupe *dedupe = state;
    uint64_t file_hash = hash_combine(hash_text(batch->source), text_of(batch->path));
    if (file_hash != dedupe->file_hash)
        hash_table_clear(&dedupe->identical_row_counts);
    dedupe->file_hash = file_hash;
    if (!dedupe->is_preview)
        hash_table_clear(&dedupe->batch);
    for (size_t i = 0; i < batch->count; i++) {
        struct record *record = &batch->records[i];
        if (!record_has_opinion(record))
            continue;
        record->text_hash = compute_text_hash(record);
        record->content_hash = compute_content_hash(record);
        record->details_hash = compute_details_hash(batch, record);
        record->id = compute_record_id(dedupe, batch, record);
        bool is_erased = false;
        if (!batch->replay && !store_is_erased(dedupe->store, batch, record, &is_erased, error))
            return false;
        if (is_erased) {
            record->state = RECORD_ERASED;
            continue;
        }
        if (!batch->replay && (!determine_state(dedupe, batch, record, error) ||
                               !determine_needs_analysis(dedupe, record, error)))
            return false;
    }
    return true;
}

static const struct option options[] = {
    {.name = "same_author_duplicates",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct dedupe, same_author_duplicates),
     .default_value = "yes",
     .help = "count a record as a duplicate if its author wrote the same text with the same rating "
             "under another id"},
    {0},
};

const struct stage dedupe_stage = {
    .name = "dedupe",
    .summary = "mark each record as new, unchanged, revised or duplicate",
    .options = options,
    .state_size = sizeof(struct dedupe),
    .open = open_dedupe,
    .process = process,
    .close = close_dedupe,
};

/* dedupe.c - the dedupe stage: which records are new, and which say what is known already.
 *
 * Identity: the export's own id where it has one, else everything that the row says, with a count:
 * two customers may write the same on the same day, and each is a vote; but the same file read
 * again must give the same ids. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/table.h"
#include "pipeline/store.h"
#include "stages/stages.h"

struct dedupe {
    bool twins;
    struct store *store; /* borrowed */
    uint64_t model_key;
    struct table identical; /* rows without an id of their own, of the file being read: how many */
    uint64_t file;          /* hash of its source and path */
    struct table batch;     /* what stood earlier in the batch: not in the store yet */
};

static bool open_dedupe(void *state, const struct workbench *workbench, struct error *error)
{
    (void)error;
    struct dedupe *dedupe = state;
    dedupe->store = workbench->store;
    dedupe->model_key = workbench->model_key;
    return true;
}

static void close_dedupe(void *state)
{
    struct dedupe *dedupe = state;
    table_free(&dedupe->identical);
    table_free(&dedupe->batch);
}

/* Kinds of keys in the batch's table. */
enum seen { SEEN_ID, SEEN_REVISION, SEEN_TWIN, SEEN_TEXT };

static bool seen_before(struct dedupe *dedupe, enum seen kind, uint64_t a, uint64_t b)
{
    uint64_t key = hash_add_number(hash_add_number(hash_add_number(HASH_START, kind), a), b);
    return table_find(&dedupe->batch, key) != NULL;
}

static void see(struct dedupe *dedupe, enum seen kind, uint64_t a, uint64_t b)
{
    uint64_t key = hash_add_number(hash_add_number(hash_add_number(HASH_START, kind), a), b);
    table_at(&dedupe->batch, key, 1, NULL);
}

static uint64_t hash_real(uint64_t hash, double number)
{
    uint64_t bits = 0; /* of every NAN, and of both zeros */
    if (!isnan(number) && number != 0)
        memcpy(&bits, &number, sizeof(bits));
    return hash_add_number(hash, bits);
}

static uint64_t text_hash_of(const struct record *record)
{
    return hash_add(hash_add(hash_add(HASH_START, record->title), record->text), record->question);
}

static uint64_t content_hash_of(const struct record *record)
{
    uint64_t hash = hash_real(record->text_hash, record->rating);
    return hash_add_number(hash, (uint64_t)record->created_at);
}

static uint64_t id_of(struct dedupe *dedupe, const struct batch *batch, const struct record *record)
{
    uint64_t id = hash_add(HASH_START, batch->source);
    if (record->external_id.size > 0)
        return hash_add(id, record->external_id);
    id = hash_add_number(hash_add(id, record->author), (uint64_t)record->created_at);
    id = hash_add_number(id, record->text_hash);
    size_t *before = table_at(&dedupe->identical, id, 0, NULL);
    return hash_add_number(id, (*before)++);
}

static bool find_state(struct dedupe *dedupe, const struct batch *batch, struct record *record,
                       struct error *error)
{
    struct known known = {0};
    bool twin = false;
    uint64_t id = record->id, author = hash_add(hash_text(batch->source), record->author);
    bool in_batch = seen_before(dedupe, SEEN_ID, id, 0);
    if (!store_find(dedupe->store, id, record->content_hash, &known, error))
        return false;
    if (seen_before(dedupe, SEEN_REVISION, id, record->content_hash) ||
        (known.same_content && (known.this_run || in_batch))) {
        record->state = RECORD_DUPLICATE;
    } else if (known.same_content) {
        record->state = known.first_run ? RECORD_NEW : RECORD_UNCHANGED;
    } else if (known.exists || in_batch) {
        record->state = RECORD_REVISED;
    } else {
        bool may_have_twin = dedupe->twins && record->author.size > 0;
        twin = may_have_twin && seen_before(dedupe, SEEN_TWIN, author, record->text_hash);
        if (may_have_twin && !twin &&
            !store_find_twin(dedupe->store, batch->source, record->author, record->text_hash, id,
                             &twin, error))
            return false;
        record->state = twin ? RECORD_DUPLICATE : RECORD_NEW;
    }
    if (!twin) {
        see(dedupe, SEEN_ID, id, 0);
        see(dedupe, SEEN_REVISION, id, record->content_hash);
    }
    if (record->state == RECORD_NEW || record->state == RECORD_REVISED)
        see(dedupe, SEEN_TWIN, author, record->text_hash);
    return true;
}

static bool find_analysis(struct dedupe *dedupe, struct record *record, struct error *error)
{
    bool is_saved = record->state == RECORD_NEW || record->state == RECORD_REVISED ||
                    record->state == RECORD_UNCHANGED;
    if (!is_saved || seen_before(dedupe, SEEN_TEXT, record->text_hash, 0))
        return true;
    see(dedupe, SEEN_TEXT, record->text_hash, 0);
    bool found;
    if (!store_has_analysis(dedupe->store, record->text_hash, dedupe->model_key, &found, error))
        return false;
    record->analyse = !found;
    return true;
}

static bool process(void *state, struct batch *batch, struct error *error)
{
    struct dedupe *dedupe = state;
    uint64_t file = hash_add(hash_text(batch->source), text_of(batch->path));
    if (file != dedupe->file)
        table_clear(&dedupe->identical);
    dedupe->file = file;
    table_clear(&dedupe->batch);
    for (size_t i = 0; i < batch->count; i++) {
        struct record *record = &batch->records[i];
        if (record->state == RECORD_EMPTY || record->state == RECORD_REJECTED)
            continue;
        record->text_hash = text_hash_of(record);
        record->content_hash = content_hash_of(record);
        record->id = id_of(dedupe, batch, record);
        if (!batch->replay &&
            (!find_state(dedupe, batch, record, error) || !find_analysis(dedupe, record, error)))
            return false;
    }
    return true;
}

static const struct option options[] = {
    {.name = "twins",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct dedupe, twins),
     .fallback = "yes",
     .help = "a record of another id in which the same author says the same is a duplicate"},
    {0},
};

const struct stage dedupe_stage = {
    .name = "dedupe",
    .summary = "new, unchanged, revised or duplicate",
    .options = options,
    .state_size = sizeof(struct dedupe),
    .open = open_dedupe,
    .process = process,
    .close = close_dedupe,
};

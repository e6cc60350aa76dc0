/* fuzz_question.c - asks any bytes: the question is understood, its filter printed, and the search
 * gives an answer; no query of FTS5 is malformed. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "jobs/ask/filter_text.h"
#include "jobs/ask/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct store *store;
static struct corpus corpus;
static struct taxonomy taxonomy;
static struct related_words related;
static struct arena words;

static void require(bool ok)
{
    if (!ok)
        abort();
}

static const struct passage_vectors vectors; /* none */

/* One record, of a product, in September. */
static void save_record(void)
{
    static const struct field fields[] = {{{"product", 7}, {"Lull earbuds", 12}},
                                          {{"지역", 6}, {"서울 강남", 13}}};
    struct file_signature file = {.path = "a", .connector = "csv", .source = TEXT("shop")};
    struct batch batch = {.source = TEXT("shop"), .read = 1};
    struct passage_words passage = {.feedback_id = 1, .end = 4, .words = TEXT("late 배송")};
    struct error error = {0};
    uint64_t run, reads;
    bool flag;
    struct record *record = batch_add_record(&batch);
    record->id = record->text_hash = record->content_hash = 1;
    record->text = TEXT("late 배송");
    record->created_at = 1788300000;
    record->fields = fields;
    record->field_count = 2;
    require(
        store_open(&store, ":memory:", &error) && store_begin_run(store, 1, &run, &flag, &error) &&
        store_begin_file(store, &file, &reads, &flag, &error) &&
        store_save_batch(store, &batch, 1, true, &error) && store_begin_index(store, 1, &error) &&
        store_save_passages(store, &passage, 1, &error) && corpus_load(&corpus, store, &error));
    batch_free(&batch);
    related_words_load(&related, &words);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text text = {(const char *)bytes, size};
    if (!store)
        save_record();
    if (size > 1000 || !utf8_is_valid(text))
        return 0;
    struct question_context context = {&corpus, &taxonomy, &related};
    struct question question;
    struct search_result result;
    struct arena arena = {0};
    struct error error = {0};
    question_parse(&question, text, &context, &arena);
    struct search search = {store, &question, &context, &vectors, 5};
    require(search_run(&search, &result, &arena, &error));
    for (size_t i = 0; i < result.count; i++)
        require(result.findings[i].begin <= result.findings[i].end);
    filter_text_describe(&question, &corpus, &arena);
    filter_text_format_sql(&question, &corpus, &arena);
    arena_free(&arena);
    return 0;
}

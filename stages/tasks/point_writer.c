/* point_writer.c - packs clauses into the window, and decodes a text from their words. */
#include "stages/tasks/point_writer.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "base/hash_table.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "pipeline/store.h"

enum {
    MAX_WORDS = 8, /* of a text */
    MAX_WORD_TOKENS = 16,
    MAX_PACK_CLAUSES = 24, /* more would add no words that matter */
    MIN_TOKENS = 8,        /* of a text */
};

static const char *const function_words[] = {
#define ROW(language, word) word,
#include "stages/tasks/data/function_words.inc"
#undef ROW
    NULL,
};

bool point_writer_open(struct point_writer *writer, const struct stage_context *stage_context,
                       struct error *error)
{
    const struct t5_model *model = stage_context->model;
    double max_tokens;
    writer->stage_context = stage_context;
    /* A model without training in summaries says so in its prompts. */
    writer->is_enabled = text_equal(prompt_get_text(model, "summary.by", "model"), TEXT("model"));
    if (!writer->is_enabled)
        return true;
    if (!prompt_get_token_limits(&writer->token_limits, model, error) ||
        !prompt_load(&writer->prompt, model, "summary", error) ||
        !prompt_get_number(model, "summary.max_tokens", 48, &max_tokens, error))
        return false;
    writer->separator = arena_format(
        &writer->arena, " %.*s ", TEXT_ARGUMENT(prompt_get_text(model, "summary.separator", "|")));
    size_t prefix = t5_tokenize(model, writer->prompt.decoder_prefix, NULL, 0);
    if (prefix + MIN_TOKENS > writer->token_limits.output || !(max_tokens >= 1))
        return error_set(error, ERROR_MODEL,
                         "the model's prompts of [summary] leave too few tokens for a text or have "
                         "numbers out of range; import the model again with --prompts FILE");
    size_t output = writer->token_limits.output - prefix - 2; /* the start and the end mark */
    writer->max_tokens = max_tokens < (double)output ? (size_t)max_tokens : output;
    return true;
}

void point_writer_close(struct point_writer *writer)
{
    arena_free(&writer->arena);
}

/* The words that a text may have, each once. */
struct vocabulary {
    struct text *items; /* in an arena */
    size_t count;
    const struct t5_model *model;
    struct hash_table hashes; /* of the words' tokens */
};

/* Different words may have the same tokens, if the model does not know their letters. */
static void add_word(struct vocabulary *vocabulary, struct text word)
{
    int32_t ids[MAX_WORD_TOKENS];
    size_t count = t5_tokenize(vocabulary->model, word, ids, MAX_WORD_TOKENS);
    bool is_new;
    if (count == 0 || count > MAX_WORD_TOKENS)
        return;
    hash_table_get_or_insert(&vocabulary->hashes,
                             hash_text((struct text){(const char *)ids, count * sizeof(*ids)}), 0,
                             &is_new);
    if (is_new)
        vocabulary->items[vocabulary->count++] = word;
}

static struct text lower_case(struct text word, struct arena *arena)
{
    struct text copy = arena_copy_text(arena, word);
    for (size_t i = 0; i < copy.size; i++)
        ((char *)copy.bytes)[i] = ascii_to_lower(copy.bytes[i]);
    return copy;
}

static struct vocabulary collect_words(const struct t5_model *model, struct text pack,
                                       struct arena *arena)
{
    enum { FUNCTION_WORD_COUNT = sizeof(function_words) / sizeof(*function_words) };
    struct vocabulary vocabulary = {
        .model = model,
        .items = arena_alloc(arena, pack.size / 2 + 1 + FUNCTION_WORD_COUNT, sizeof(struct text))};
    struct text word, rest = pack;
    for (size_t i = 0; function_words[i]; i++)
        add_word(&vocabulary, text_of(function_words[i]));
    while (text_split(&rest, ' ', &word)) {
        word = lower_case(normalize_trim_marks(word), arena);
        if (word.size > 0)
            add_word(&vocabulary, word);
    }
    hash_table_free(&vocabulary.hashes);
    return vocabulary;
}

/* As many clauses as fit the window, and the encoder's input for them; no bytes if none fits. */
static struct text make_pack(const struct point_writer *writer, struct text_array clauses,
                             struct text *input, struct arena *arena)
{
    const struct t5_model *model = writer->stage_context->model;
    struct text pack = {0};
    for (size_t i = 0; i < clauses.count && i < MAX_PACK_CLAUSES; i++) {
        struct text longer = arena_format(arena, "%.*s%.*s%.*s", TEXT_ARGUMENT(pack),
                                          i > 0 ? (int)writer->separator.size : 0,
                                          writer->separator.bytes, TEXT_ARGUMENT(clauses.items[i]));
        struct text longer_input = prompt_format_input(&writer->prompt, longer, arena);
        if (prompt_count_tokens(model, longer_input) > writer->token_limits.input)
            break;
        pack = longer;
        *input = longer_input;
    }
    return pack;
}

static bool generate(const struct point_writer *writer, struct text pack, struct text input,
                     struct arena *arena, struct text *text, struct error *error)
{
    const struct stage_context *context = writer->stage_context;
    struct arena scratch = {0};
    struct vocabulary vocabulary = collect_words(context->model, pack, &scratch);
    struct t5_choice_items items = {vocabulary.items, vocabulary.count, MAX_WORDS};
    struct t5_choices *choices = NULL;
    struct t5_output output = {0};
    bool ok = stage_context_check_interrupt(context, error) &&
              t5_choices_open(&choices, context->model, &items, error);
    struct t5_decoding decoding = {.prefix = writer->prompt.decoder_prefix,
                                   .max_tokens = writer->max_tokens,
                                   .choices = choices};
    ok = ok && t5_encode(context->session, &input, 1, error) &&
         t5_generate(context->session, &decoding, &scratch, &output, error);
    if (ok)
        *text = arena_copy_text(arena, text_trim(output.text));
    t5_choices_close(choices);
    arena_free(&scratch);
    return ok;
}

bool point_writer_write(const struct point_writer *writer, struct text_array clauses,
                        struct arena *arena, struct text *text, struct error *error)
{
    struct store *store = writer->stage_context->store;
    struct arena scratch = {0};
    struct text input = {0};
    struct text pack = make_pack(writer, clauses, &input, &scratch);
    *text = (struct text){0};
    bool ok = true;
    if (pack.size > 0) {
        uint64_t key = hash_combine_number(HASH_SEED, writer->stage_context->model_key);
        key = hash_combine(hash_combine(key, writer->prompt.decoder_prefix), input);
        ok = store_load_generated_text(store, key, arena, text, error);
        if (ok && !text->bytes)
            ok = generate(writer, pack, input, arena, text, error) &&
                 store_save_generated_text(store, key, *text, error);
    }
    arena_free(&scratch);
    return ok;
}

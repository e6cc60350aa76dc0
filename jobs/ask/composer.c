/* composer.c - asks the model for a sentence, and checks what it states. */
#include "jobs/ask/composer.h"

#include "pipeline/store.h"
#include "stages/evidence/point_text.h"

enum { MIN_QUOTES = 2, MAX_EXTRA_WORDS = 1 };

static bool open_session(struct composer *composer, const struct t5_limits *limits,
                         struct error *error)
{
    struct stage_context *context = &composer->context;
    struct t5_limits own = *limits;
    own.input_tokens = composer->writer.token_limits.input;
    own.output_tokens = composer->writer.token_limits.output;
    context->session_batch = own.batch;
    return store_open(&context->store, ":memory:", error) &&
           t5_session_open(&context->session, context->model, &own, error);
}

bool composer_open(struct composer *composer, const struct t5_model *model,
                   const struct t5_limits *limits, struct error *error)
{
    composer->context = (struct stage_context){.model = model};
    return point_writer_open(&composer->writer, &composer->context, error) &&
           (!composer->writer.is_enabled ||
            (open_session(composer, limits, error) &&
             clause_reader_open(&composer->reader, &composer->context, error) &&
             statement_reader_open(&composer->statements, error)));
}

void composer_close(struct composer *composer)
{
    point_writer_close(&composer->writer);
    statement_reader_close(&composer->statements);
    t5_session_close(composer->context.session);
    store_close(composer->context.store);
    *composer = (struct composer){0};
}

/* Whether one of the quotes states the same of the same thing: an opinion and its negation are
 * different ones. */
static bool is_stated(const struct composer *composer, const struct statement *statement,
                      struct text_array quotes, struct arena *arena)
{
    for (size_t i = 0; i < quotes.count; i++) {
        size_t count;
        const struct statement *stated =
            statements_extract(&composer->statements, quotes.items[i], arena, &count);
        for (size_t k = 0; k < count; k++)
            if (stated[k].aspect == statement->aspect && stated[k].opinion == statement->opinion)
                return true;
    }
    return false;
}

/* Whether the sentence states something, and nothing that no quote states. */
static bool states_what_quotes_state(const struct composer *composer, struct text sentence,
                                     struct text_array quotes, enum sentiment polarity)
{
    struct arena arena = {0};
    size_t count;
    const struct statement *statements =
        statements_extract(&composer->statements, sentence, &arena, &count);
    size_t extra_words = SIZE_MAX; /* outside the statement that has the most words */
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        bool is_other_side = statements[i].polarity != 0 &&
                             (statements[i].polarity > 0) != (polarity == SENTIMENT_POSITIVE);
        ok = !is_other_side && is_stated(composer, &statements[i], quotes, &arena);
        if (statements[i].extra_words < extra_words)
            extra_words = statements[i].extra_words;
    }
    arena_free(&arena);
    return ok && extra_words <= MAX_EXTRA_WORDS;
}

/* Whether the model reads the sentence as the quotes mean it. */
static bool reads_as(const struct composer *composer, struct text sentence, enum sentiment polarity,
                     bool *yes, struct error *error)
{
    struct sentiment_probabilities read = {0};
    if (!clause_reader_predict(&composer->reader, (struct text_array){&sentence, 1}, &read, error))
        return false;
    *yes = polarity == SENTIMENT_POSITIVE ? read.positive > read.negative
                                          : read.negative > read.positive;
    return true;
}

bool composer_write(const struct composer *composer, struct text_array quotes,
                    enum sentiment polarity, struct arena *arena, struct text *sentence,
                    struct error *error)
{
    struct text written;
    bool is_read_alike = false;
    *sentence = (struct text){0};
    if (!composer->writer.is_enabled || quotes.count < MIN_QUOTES ||
        (polarity != SENTIMENT_POSITIVE && polarity != SENTIMENT_NEGATIVE))
        return true;
    if (!point_writer_write(&composer->writer, quotes, arena, &written, error))
        return false;
    written = point_text_shorten(written, arena); /* empty if it has a number or a name */
    if (written.size == 0 || !states_what_quotes_state(composer, written, quotes, polarity))
        return true;
    if (!reads_as(composer, written, polarity, &is_read_alike, error))
        return false;
    if (is_read_alike)
        *sentence = written;
    return true;
}

/* answer.c - prints answers as text and as JSON. */
#include "jobs/ask/answer.h"

#include <math.h>

#include "base/hash.h"
#include "base/json_writer.h"
#include "jobs/ask/filter_text.h"
#include "stages/stats/label_share.h"

enum { LABELS = 4, MAX_LISTED_RECORDS = 5 };

/* The order in which labels are listed and quotes are grouped; the asked one first. */
static const enum sentiment label_order[LABELS] = {SENTIMENT_NEGATIVE, SENTIMENT_POSITIVE,
                                                   SENTIMENT_MIXED, SENTIMENT_NEUTRAL};

static struct share get_share(const struct label_counts *counts, enum sentiment label)
{
    return label_shares_count(counts->labels).shares[label];
}

/* ---- Figures ---- */

/* "40 negative (27 %, 95 % interval 21 to 35 %), 80 positive (...)" */
static void print_labels(FILE *out, const struct label_counts *counts)
{
    const char *separator = "";
    for (size_t i = 0; i < LABELS; i++) {
        size_t count = counts->labels[label_order[i]];
        bool has_interval = i < 2;
        if (count == 0)
            continue;
        fprintf(out, "%s%zu %s", separator, count, sentiment_names[label_order[i]]);
        struct share share = get_share(counts, label_order[i]);
        if (has_interval)
            fprintf(out, " (%.0f %%, 95 %% interval %.0f to %.0f %%)", 100 * share.value,
                    100 * share.low, 100 * share.high);
        separator = ", ";
    }
    size_t unclear = counts->labels[SENTIMENT_UNDETECTED];
    if (unclear > 0)
        fprintf(out, "%s%zu unclear", separator, unclear);
    fprintf(out, "\n");
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_words(FILE *out, const struct question *question)
{
    bool has_related_words = false;
    for (size_t i = 0; i < question->concept_count; i++) {
        const struct concept *concept = &question->concepts[i];
        fprintf(out, "%s%.*s", i > 0 ? ", " : "", TEXT_ARGUMENT(concept->word));
        for (size_t k = 0; k < concept->way_count; k++)
            has_related_words |= concept->ways[k].strength <= related_strength;
    }
    if (has_related_words)
        fprintf(out, ", and related words");
    if (question->polarity)
        fprintf(out, "%s%s", question->concept_count ? "; " : "",
                question->polarity == SENTIMENT_NEGATIVE ? "complaints first" : "praise first");
}

static void print_understood(FILE *out, const struct answer *answer, struct arena *arena)
{
    const struct question *question = answer->question;
    struct text filter = filter_text_describe(question, answer->corpus, arena);
    if (filter.size > 0)
        fprintf(out, "Filter: %.*s\n", TEXT_ARGUMENT(filter));
    if (question->concept_count > 0 || question->polarity) {
        fprintf(out, "Looked for: ");
        print_words(out, question);
        fprintf(out, "\n");
    }
    if (answer->shows_sql)
        fprintf(out, "%.*s\n",
                TEXT_ARGUMENT(filter_text_format_sql(question, answer->corpus, arena)));
}

static void print_figures(FILE *out, const struct answer *answer)
{
    const struct search_result *result = answer->result;
    fprintf(out, "\n");
    if (result->selected.records < answer->corpus->count)
        fprintf(out, "%zu of %zu records pass the filter: ", result->selected.records,
                answer->corpus->count);
    else
        fprintf(out, "%zu record%s: ", result->selected.records, plural(result->selected.records));
    print_labels(out, &result->selected);
    if (result->about.records > 0) {
        fprintf(out, "%zu of them speak%s of this: ", result->about.records,
                result->about.records == 1 ? "s" : "");
        print_labels(out, &result->about);
    }
}

/* ---- Key points ---- */

static void print_points(FILE *out, const struct answer *answer)
{
    if (answer->point_count > 0)
        fprintf(out, "\nKey points\n");
    for (size_t i = 0; i < answer->point_count; i++) {
        const struct answer_point *point = &answer->points[i];
        fprintf(out, "  %.*s (%s, %zu of these records)\n", TEXT_ARGUMENT(point->saved->text),
                sentiment_names[point->saved->polarity], point->count);
    }
}

/* Composed from the quotes of the first heading. */
static void print_sentence(FILE *out, const struct answer *answer)
{
    if (answer->sentence.size > 0)
        fprintf(out, "\nIn one sentence, composed from %s quotes\n  %.*s\n",
                sentiment_names[answer->result->findings[0].polarity],
                TEXT_ARGUMENT(answer->sentence));
}

/* ---- Quotes ---- */

static void format_date(int64_t seconds, char date[32])
{
    calendar_format(seconds, date);
    date[seconds == TIME_UNKNOWN ? 0 : 10] = '\0';
}

static struct text get_source(const struct corpus *corpus, size_t record)
{
    const struct corpus_column *column = &corpus->columns[CORPUS_SOURCE];
    uint32_t number = column->values_by_record[record];
    return number > 0 ? column->values.texts[number - 1] : (struct text){0};
}

static void print_quote(FILE *out, const struct corpus *corpus, const struct finding *finding)
{
    char digits[17], date[32];
    const struct corpus_record *record = &corpus->records[finding->record];
    hash_format(record->feedback_id, digits);
    format_date(record->created_at, date);
    fprintf(out, "  \"");
    for (size_t i = 0; i < finding->text.size; i++) /* a sentence may have a line break */
        fputc(finding->text.bytes[i] == '\n' ? ' ' : finding->text.bytes[i], out);
    fprintf(out, "\"\n      %s%s%.*s, %s\n", date, date[0] ? ", " : "",
            TEXT_ARGUMENT(get_source(corpus, finding->record)), digits);
}

static size_t count_quotes(const struct answer *answer)
{
    size_t max = answer->result->found ? answer->max_quotes : ANSWER_NEAREST;
    return answer->result->count < max ? answer->result->count : max;
}

static const char *get_heading(enum sentiment label)
{
    return label == SENTIMENT_NEGATIVE   ? "Negative"
           : label == SENTIMENT_POSITIVE ? "Positive"
           : label == SENTIMENT_MIXED    ? "Mixed"
           : label == SENTIMENT_NEUTRAL  ? "Neutral"
                                         : "Unclear";
}

static void print_quotes(FILE *out, const struct answer *answer)
{
    size_t count = count_quotes(answer);
    bool is_printed[SENTIMENT_COUNT] = {false};
    for (size_t i = 0; i < count; i++) { /* the group of the best quote comes first */
        enum sentiment group = answer->result->findings[i].polarity;
        if (is_printed[group])
            continue;
        is_printed[group] = true;
        fprintf(out, "\n%s\n", get_heading(group));
        for (size_t k = i; k < count; k++)
            if (answer->result->findings[k].polarity == group)
                print_quote(out, answer->corpus, &answer->result->findings[k]);
    }
}

/* " No record has "x" or "y"." */
static void print_unknown_words(FILE *out, const struct search_result *result)
{
    for (size_t i = 0; i < result->unknown_count; i++)
        fprintf(out, "%s\"%.*s\"%s",
                i == 0                           ? "No record has "
                : i + 1 == result->unknown_count ? " or "
                                                 : ", ",
                TEXT_ARGUMENT(result->unknown_words[i]),
                i + 1 == result->unknown_count ? ".\n" : "");
}

static void print_not_found(FILE *out, const struct answer *answer)
{
    const struct search_result *result = answer->result;
    if (answer->question->concept_count == 0 && result->selected.records > 0) {
        fprintf(out, "\nThe question has no words to look for.\n");
        return;
    }
    fprintf(out, "\nNothing in %zu record%s answers this.\n", result->selected.records,
            plural(result->selected.records));
    print_unknown_words(out, result);
    if (result->count > 0)
        fprintf(out, "\nNearest, but no answer:\n");
    for (size_t i = 0; i < count_quotes(answer); i++)
        print_quote(out, answer->corpus, &result->findings[i]);
}

void answer_print(FILE *out, const struct answer *answer)
{
    struct arena arena = {0};
    print_understood(out, answer, &arena);
    if (answer->result->found) {
        print_figures(out, answer);
        print_unknown_words(out, answer->result);
        print_points(out, answer);
        print_sentence(out, answer);
        print_quotes(out, answer);
    } else {
        print_not_found(out, answer);
    }
    arena_free(&arena);
}

/* ---- JSON ---- */

static void write_text_member(struct json_writer *writer, const char *key, struct text text)
{
    json_write_key(writer, text_of(key));
    json_write_text(writer, text);
}

static void write_time_member(struct json_writer *writer, const char *key, int64_t seconds)
{
    char time[32];
    calendar_format(seconds, time);
    json_write_key(writer, text_of(key));
    if (seconds == TIME_UNKNOWN)
        json_write_null(writer);
    else
        json_write_text(writer, text_of(time));
}

/* Rounded, so that the last bits of a sum are not printed. */
static void write_share_member(struct json_writer *writer, const char *key, double share)
{
    json_write_key(writer, text_of(key));
    json_write_real(writer, round(share * 10000) / 10000);
}

static void write_filter(struct json_writer *writer, const struct answer *answer)
{
    const struct question *question = answer->question;
    json_write_key(writer, TEXT("filter"));
    json_begin_object(writer);
    write_time_member(writer, "since", question->time_span.since);
    write_time_member(writer, "until", question->time_span.until);
    json_write_key(writer, TEXT("stars"));
    if (question->stars)
        json_write_integer(writer, question->stars);
    else
        json_write_null(writer);
    json_write_key(writer, TEXT("where"));
    json_begin_object(writer);
    for (size_t i = 0; i < question->filter_count; i++) {
        const struct value_filter *filter = &question->filters[i];
        const struct corpus_column *column = &answer->corpus->columns[filter->column];
        json_write_key(writer, column->name);
        json_begin_array(writer);
        for (size_t k = 0; k < filter->value_count; k++)
            json_write_text(writer, column->values.texts[filter->values[k]]);
        json_end(writer);
    }
    json_end(writer);
    json_end(writer);
    write_text_member(writer, "asks_for",
                      question->polarity ? text_of(sentiment_names[question->polarity])
                                         : TEXT("anything"));
    json_write_key(writer, TEXT("words"));
    json_begin_array(writer);
    for (size_t i = 0; i < question->concept_count; i++)
        json_write_text(writer, question->concepts[i].word);
    json_end(writer);
    json_write_key(writer, TEXT("unknown_words"));
    json_begin_array(writer);
    for (size_t i = 0; i < answer->result->unknown_count; i++)
        json_write_text(writer, answer->result->unknown_words[i]);
    json_end(writer);
}

static void write_counts(struct json_writer *writer, const char *key,
                         const struct label_counts *counts)
{
    json_write_key(writer, text_of(key));
    json_begin_object(writer);
    json_write_key(writer, TEXT("records"));
    json_write_unsigned(writer, counts->records);
    for (int label = 0; label < SENTIMENT_COUNT; label++) {
        json_write_key(writer, text_of(sentiment_names[label]));
        json_write_unsigned(writer, counts->labels[label]);
    }
    struct share share = get_share(counts, SENTIMENT_NEGATIVE);
    write_share_member(writer, "negative_share", share.value);
    write_share_member(writer, "negative_low", share.low);
    write_share_member(writer, "negative_high", share.high);
    json_end(writer);
}

static void write_point(struct json_writer *writer, const struct corpus *corpus,
                        const struct answer_point *point)
{
    char digits[17];
    json_begin_object(writer);
    write_text_member(writer, "point", point->saved->text);
    write_text_member(writer, "polarity", text_of(sentiment_names[point->saved->polarity]));
    json_write_key(writer, TEXT("records"));
    json_write_unsigned(writer, point->count);
    json_write_key(writer, TEXT("evidence_ids"));
    json_begin_array(writer);
    for (size_t i = 0; i < point->count && i < MAX_LISTED_RECORDS; i++) {
        hash_format(corpus->records[point->records[i]].feedback_id, digits);
        json_write_text(writer, text_of(digits));
    }
    json_end(writer);
    json_end(writer);
}

static void write_quote(struct json_writer *writer, const struct corpus *corpus,
                        const struct finding *finding)
{
    char digits[17];
    const struct corpus_record *record = &corpus->records[finding->record];
    hash_format(record->feedback_id, digits);
    json_begin_object(writer);
    write_text_member(writer, "feedback_id", text_of(digits));
    write_text_member(writer, "text", finding->text);
    json_write_key(writer, TEXT("begin"));
    json_write_unsigned(writer, finding->begin);
    json_write_key(writer, TEXT("end"));
    json_write_unsigned(writer, finding->end);
    write_text_member(writer, "polarity", text_of(sentiment_names[finding->polarity]));
    write_time_member(writer, "created_at", record->created_at);
    write_text_member(writer, "source", get_source(corpus, finding->record));
    json_end(writer);
}

void answer_print_json(FILE *out, const struct answer *answer)
{
    const struct search_result *result = answer->result;
    struct arena arena = {0};
    struct json_writer writer = {.stream = out};
    json_begin_object(&writer);
    write_text_member(&writer, "question", answer->question->text);
    json_write_key(&writer, TEXT("found"));
    json_write_boolean(&writer, result->found);
    write_share_member(&writer, "confidence", result->confidence);
    write_filter(&writer, answer);
    if (answer->shows_sql)
        write_text_member(&writer, "sql",
                          filter_text_format_sql(answer->question, answer->corpus, &arena));
    json_write_key(&writer, TEXT("counts"));
    json_begin_object(&writer);
    json_write_key(&writer, TEXT("saved"));
    json_write_unsigned(&writer, answer->corpus->count);
    write_counts(&writer, "selected", &result->selected);
    write_counts(&writer, "about", &result->about);
    json_end(&writer);
    json_write_key(&writer, TEXT("sentence"));
    if (answer->sentence.size > 0)
        json_write_text(&writer, answer->sentence);
    else
        json_write_null(&writer);
    json_write_key(&writer, TEXT("key_points"));
    json_begin_array(&writer);
    for (size_t i = 0; i < answer->point_count; i++)
        write_point(&writer, answer->corpus, &answer->points[i]);
    json_end(&writer);
    json_write_key(&writer, result->found ? TEXT("quotes") : TEXT("nearest"));
    json_begin_array(&writer);
    for (size_t i = 0; i < count_quotes(answer); i++)
        write_quote(&writer, answer->corpus, &result->findings[i]);
    json_end(&writer);
    json_end(&writer);
    arena_free(&arena);
}

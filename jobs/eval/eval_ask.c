/* eval_ask.c - evaluates `winnow ask`: how often the answer is among the first sentences, and how
 * well questions without an answer are recognized. Plain BM25 over the same index is the baseline.
 *
 * A question is answered by a record if the cell of answers has its id, or a part of its title or
 * text. Questions of which several records are the answer need one of them. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "jobs/ask/asker.h"
#include "jobs/eval/eval.h"
#include "stages/search/index_words.h"

enum { MAX_RANK = 10, NO_RANK = 0, COVERAGE_STEPS = 10 };

struct asked_question {
    bool is_answerable, found;
    double confidence;
    size_t rank, bm25_rank; /* of the first record that answers, from 1; NO_RANK: none */
};

struct ask_task {
    struct asker asker;
    struct asked_question *questions; /* owned */
    size_t count, capacity;
    double seconds, max_seconds;
    bool lists_questions;
};

static bool open_task(void *state, const struct eval *eval, struct error *error)
{
    struct ask_task *task = state;
    task->lists_questions = eval->lists_questions;
    if (task->lists_questions) /* capitals: the decision is wrong; rank 0: not among the first ten
                                */
        printf("decision    rank  BM25  confidence  question\n");
    return eval->job.size > 0
               ? asker_open(&task->asker, eval->job.bytes, (struct text){0}, error)
               : error_set(error, ERROR_USAGE,
                           "winnow eval: --task ask needs --job JOB, whose saved rows are asked");
}

/* ---- Answers ---- */

/* Whether the record has one of the answers, which "|" separates. */
static bool is_answer(struct ask_task *task, uint64_t feedback_id, struct text answers, bool *yes,
                      struct error *error)
{
    struct arena arena = {0};
    struct text title, text, rest = answers, answer;
    char digits[17];
    hash_format(feedback_id, digits);
    bool ok = store_load_text(task->asker.store, feedback_id, &arena, &title, &text, error);
    struct text all = normalize_key(
        arena_format(&arena, "%.*s\n%.*s", TEXT_ARGUMENT(title), TEXT_ARGUMENT(text)), &arena);
    *yes = false;
    while (text_split(&rest, '|', &answer)) {
        struct text key = normalize_key(text_trim(answer), &arena);
        *yes |=
            key.size > 0 && (text_equal(key, text_of(digits)) || text_find(all, key, 0) < all.size);
    }
    arena_free(&arena);
    return ok;
}

static bool rank_findings(struct ask_task *task, const struct search_result *result,
                          struct text answers, size_t *rank, struct error *error)
{
    bool yes = false, ok = true;
    *rank = NO_RANK;
    for (size_t i = 0; ok && !yes && i < result->count; i++) {
        size_t record = result->findings[i].record;
        ok = is_answer(task, task->asker.corpus.records[record].feedback_id, answers, &yes, error);
        if (yes)
            *rank = i + 1;
    }
    return ok;
}

/* ---- The baseline ---- */

struct id_list {
    uint64_t ids[MAX_RANK];
    size_t count;
};

static bool add_id(void *user, const struct passage_match *match)
{
    struct id_list *list = user;
    for (size_t i = 0; i < list->count; i++)
        if (list->ids[i] == match->feedback_id)
            return true;
    list->ids[list->count++] = match->feedback_id;
    return list->count < MAX_RANK;
}

/* All words of the question, joined by OR. */
static bool rank_by_bm25(struct ask_task *task, struct text question, struct text answers,
                         size_t *rank, struct error *error)
{
    struct arena arena = {0};
    struct text rest = index_words_fold(question, &arena), word, query = {0};
    struct id_list list = {.count = 0};
    while (text_split(&rest, ' ', &word))
        query = arena_format(&arena, "%.*s%s\"%.*s\"", TEXT_ARGUMENT(query),
                             query.size ? " OR " : "", TEXT_ARGUMENT(word));
    *rank = NO_RANK;
    bool yes = false, ok = true;
    if (query.size > 0)
        ok = store_for_each_ranked_match(task->asker.store, query, add_id, &list, error);
    for (size_t i = 0; ok && !yes && i < list.count; i++) {
        ok = is_answer(task, list.ids[i], answers, &yes, error);
        if (yes)
            *rank = i + 1;
    }
    arena_free(&arena);
    return ok;
}

/* ---- Questions ---- */

static bool ask(struct ask_task *task, struct text text, struct text answers, bool is_answerable,
                struct error *error)
{
    struct asked asked = {0};
    double start = clock_seconds();
    bool ok = asker_ask(&task->asker, text, MAX_RANK, &asked, error);
    double seconds = clock_seconds() - start;
    task->seconds += seconds;
    if (seconds > task->max_seconds)
        task->max_seconds = seconds;
    struct asked_question question = {.is_answerable = is_answerable,
                                      .found = asked.result.found,
                                      .confidence = asked.result.confidence};
    if (ok && is_answerable)
        ok = rank_findings(task, &asked.result, answers, &question.rank, error) &&
             rank_by_bm25(task, text, answers, &question.bm25_rank, error);
    task->questions =
        memory_grow(task->questions, &task->capacity, task->count + 1, sizeof(*task->questions));
    task->questions[task->count++] = question;
    asked_free(&asked);
    if (ok && task->lists_questions)
        printf("%-10s  %4zu  %4zu  %10.2f  %.*s\n",
               !is_answerable   ? (question.found ? "ANSWERED" : "refused")
               : question.found ? "answered"
                                : "REFUSED",
               question.rank, question.bm25_rank, question.confidence, TEXT_ARGUMENT(text));
    return ok;
}

static bool add_batch(void *state, struct eval *eval, struct batch *batch, struct error *error)
{
    struct ask_task *task = state;
    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->records[i];
        struct text question = eval_get_column(record, TEXT("question"));
        struct text answers = eval_get_column(record, eval->label);
        struct text answerable = eval_get_column(record, TEXT("answerable"));
        bool has_answers = answers.size > 0 && !text_equal(answers, TEXT("-"));
        if (text_equal_ignore_case(answerable, TEXT("no")))
            has_answers = false;
        if (question.size > 0 && !ask(task, question, answers, has_answers, error))
            return false;
    }
    return true;
}

static size_t count(const void *state)
{
    return ((const struct ask_task *)state)->count;
}

/* ---- Figures ---- */

/* The share of answerable questions whose answer is among the first `max`. */
static double get_recall(const struct ask_task *task, size_t max, bool of_bm25)
{
    size_t answerable = 0, hits = 0;
    for (size_t i = 0; i < task->count; i++) {
        const struct asked_question *question = &task->questions[i];
        size_t rank = of_bm25 ? question->bm25_rank : question->rank;
        answerable += question->is_answerable;
        hits += question->is_answerable && rank != NO_RANK && rank <= max;
    }
    return answerable ? (double)hits / (double)answerable : 0;
}

static double get_reciprocal_rank(const struct ask_task *task, bool of_bm25)
{
    size_t answerable = 0;
    double sum = 0;
    for (size_t i = 0; i < task->count; i++) {
        const struct asked_question *question = &task->questions[i];
        size_t rank = of_bm25 ? question->bm25_rank : question->rank;
        answerable += question->is_answerable;
        sum += question->is_answerable && rank != NO_RANK ? 1 / (double)rank : 0;
    }
    return answerable ? sum / (double)answerable : 0;
}

/* The probability that an answerable question has more confidence than another one. */
static double get_auc(const struct ask_task *task)
{
    double pairs = 0, sum = 0;
    for (size_t i = 0; i < task->count; i++)
        for (size_t k = 0; k < task->count; k++) {
            const struct asked_question *a = &task->questions[i], *b = &task->questions[k];
            if (!a->is_answerable || b->is_answerable)
                continue;
            pairs++;
            sum += a->confidence > b->confidence ? 1 : a->confidence == b->confidence ? 0.5 : 0;
        }
    return pairs > 0 ? sum / pairs : 0;
}

static bool is_right(const struct asked_question *question)
{
    return question->rank != NO_RANK && question->rank <= 5;
}

/* The most confident first. */
static int compare_confidence(const void *first, const void *second)
{
    const struct asked_question *a = first, *b = second;
    return a->confidence < b->confidence ? 1 : a->confidence > b->confidence ? -1 : 0;
}

/* Of the most confident share of the questions: how many have the answer among the first five. */
static void print_curve(struct ask_task *task)
{
    qsort(task->questions, task->count, sizeof(*task->questions), compare_confidence);
    size_t right = 0, done = 0;
    printf("coverage  precision  confidence\n");
    for (size_t step = 1; step <= COVERAGE_STEPS; step++) {
        size_t end = (task->count * step + COVERAGE_STEPS - 1) / COVERAGE_STEPS;
        for (; done < end; done++)
            right += is_right(&task->questions[done]);
        if (done > 0)
            printf("  %3zu %%      %3.0f %%      %.2f\n", step * 100 / COVERAGE_STEPS,
                   100 * (double)right / (double)done, task->questions[done - 1].confidence);
    }
}

static void print_answerable(const struct ask_task *task)
{
    size_t answered = 0, right = 0, answerable = 0, refused = 0, recognized = 0;
    for (size_t i = 0; i < task->count; i++) {
        const struct asked_question *question = &task->questions[i];
        answered += question->found;
        right += question->found && is_right(question);
        answerable += question->is_answerable;
        refused += question->is_answerable && !question->found;
        recognized += !question->is_answerable && !question->found;
    }
    size_t without = task->count - answerable;
    printf("answered: %zu of %zu questions, %.0f %% with the answer among the first five\n",
           answered, task->count, answered ? 100 * (double)right / (double)answered : 0);
    if (answerable > 0)
        printf("refused although they have an answer: %zu of %zu (%.0f %%)\n", refused, answerable,
               100 * (double)refused / (double)answerable);
    if (without > 0)
        printf("recognized as without an answer: %zu of %zu (%.0f %%), AUC %.3f\n", recognized,
               without, 100 * (double)recognized / (double)without, get_auc(task));
}

static bool print(void *state, struct eval *eval, double *main_score, struct error *error)
{
    (void)eval;
    (void)error;
    struct ask_task *task = state;
    printf("%s%zu questions\n\n            ask   BM25\n", task->lists_questions ? "\n" : "",
           task->count);
    static const size_t ranks[] = {1, 5, 10};
    for (size_t i = 0; i < 3; i++)
        printf("recall@%-2zu  %.3f  %.3f\n", ranks[i], get_recall(task, ranks[i], false),
               get_recall(task, ranks[i], true));
    printf("MRR        %.3f  %.3f\n\n", get_reciprocal_rank(task, false),
           get_reciprocal_rank(task, true));
    print_answerable(task);
    printf("\n");
    print_curve(task);
    printf("\ntime: %.1f ms a question, at most %.1f ms\n",
           1000 * task->seconds / (double)task->count, 1000 * task->max_seconds);
    *main_score = get_recall(task, 5, false);
    return true;
}

static void close_task(void *state)
{
    struct ask_task *task = state;
    asker_close(&task->asker);
    free(task->questions);
}

const struct eval_task eval_ask = {
    .name = "ask",
    .label = "answers",
    .expected_values = "parts of the texts that answer the question, separated by |",
    .map = "text=question",
    .state_size = sizeof(struct ask_task),
    .open = open_task,
    .add_batch = add_batch,
    .count = count,
    .print = print,
    .close = close_task,
};

/* prop_window_pack.c - packing and reducing keep the order and every text, respect the budget, and
 * reduce the parts at each level; an appended text changes only the last pack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/stages.h"
#include "stages/text/window_pack.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"
#include "tests/fakes/t5.h"
#include "tests/support/random.h"

enum { UNITS = 200 };

static size_t estimate_tokens(void *user, size_t index)
{
    return ((size_t *)user)[index];
}

/* Together, units have slightly more tokens than alone. */
static size_t count_tokens(void *user, size_t first, size_t count)
{
    size_t sum = count / 3;
    for (size_t i = first; i < first + count; i++)
        sum += ((size_t *)user)[i];
    return sum;
}

static void packs_hold_everything_in_order_and_fit(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int round = 0; round < 300; round++) {
        size_t sizes[UNITS], unit_count = random_next(&seed) % UNITS, count, at = 0;
        for (size_t i = 0; i < UNITS; i++)
            sizes[i] = random_next(&seed) % 60 + 1;
        struct packer packer = {60, estimate_tokens, count_tokens, sizes};
        struct arena arena = {0};
        const struct text_pack *packs = packer_pack(&packer, unit_count, &arena, &count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(packs[i].first, at);
            assert_true(packs[i].count > 0);
            assert_true(count_tokens(sizes, packs[i].first, packs[i].count) <= 60);
            at += packs[i].count;
        }
        assert_int_equal(at, unit_count);
        size_t more;
        const struct text_pack *longer = packer_pack(
            &packer, unit_count + 5 < UNITS ? unit_count + 5 : unit_count, &arena, &more);
        for (size_t i = 0; i + 1 < count; i++)
            assert_true(longer[i].first == packs[i].first && longer[i].count == packs[i].count);
        arena_free(&arena);
    }
}

static const struct t5_model model = {fake_prompts};

/* Members with sentences of random length, some far longer than the window. */
static struct member *make_members(uint64_t *seed, size_t count, struct arena *arena)
{
    struct member *members = arena_alloc(arena, count, sizeof(*members));
    for (size_t i = 0; i < count; i++) {
        struct text text = {0};
        for (size_t words = random_next(seed) % (i % 10 == 9 ? 300 : 20) + 1; words > 0; words--)
            text = arena_format(arena, "%.*s word%u%s", TEXT_ARGUMENT(text),
                                (unsigned)(random_next(seed) % 1000),
                                random_next(seed) % 5 ? "" : ".");
        members[i] = (struct member){.feedback_id = i + 1, .text = text_trim(text)};
    }
    return members;
}

static void summarize(struct database *database, size_t session_batch, const struct member *members,
                      size_t count, struct arena *arena, struct group *group, size_t *generated)
{
    struct t5_session session = {.model = &model, .batch = session_batch, .input_tokens = 48};
    struct stage_context context = {.store = database->store,
                                    .model = &model,
                                    .session = &session,
                                    .session_batch = session_batch,
                                    .model_key = 1};
    void *map = stage_start(&map_stage, "", &context, NULL);
    void *reduce = stage_start(&reduce_stage, "", &context, NULL);
    *group = (struct group){.members = members, .member_count = count, .arena = arena};
    struct error error = {0};
    /* The session refuses inputs that do not fit; the stages assert that the parts decrease. */
    if (!map_stage.process_group(map, group, &error) ||
        !reduce_stage.process_group(reduce, group, &error))
        fail_msg("%s", error.message);
    *generated = session.generated;
    stage_end(&map_stage, map);
    stage_end(&reduce_stage, reduce);
    arena_free(&session.arena);
}

static void summaries_reduce_to_one_and_are_saved(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (size_t round = 0; round < 12; round++) {
        struct arena arena = {0};
        size_t count = random_next(&seed) % 150 + 2, generated, again, more;
        struct member *members = make_members(&seed, count + 1, &arena);
        struct database database;
        database_make(&database);
        struct group group, second, longer;
        summarize(&database, 1 + round % 9, members, count, &arena, &group, &generated);
        assert_int_equal(group.partial_summary_count, 1);
        assert_true(group.levels < 10);
        assert_true(generated > 0);

        summarize(&database, 5, members, count, &arena, &second, &again);
        assert_int_equal(again, 0);
        assert_true(text_equal(group.partial_summaries[0], second.partial_summaries[0]));

        /* One more record changes the last pack of each level, and may add one. */
        summarize(&database, 5, members, count + 1, &arena, &longer, &more);
        assert_true(more <= 30 * (longer.levels + 1));
        database_remove(&database);
        arena_free(&arena);
    }
}

static void one_text_or_none_needs_no_model(void **state)
{
    (void)state;
    struct database database;
    database_make(&database);
    struct arena arena = {0};
    struct member twins[] = {{.feedback_id = 1, .text = TEXT("Same words.")},
                             {.feedback_id = 2, .text = TEXT("Same words.")}};
    struct group group;
    size_t generated;
    summarize(&database, 4, twins, 2, &arena, &group, &generated);
    assert_int_equal(generated, 0);
    assert_int_equal(group.partial_summary_count, 0);
    assert_int_equal(group.finish_reason, FINISH_EXTRACTIVE);
    arena_free(&arena);
    database_remove(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_hold_everything_in_order_and_fit),
        cmocka_unit_test(summaries_reduce_to_one_and_are_saved),
        cmocka_unit_test(one_text_or_none_needs_no_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

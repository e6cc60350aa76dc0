/* test_workers.c - base/workers.c: every worker is called once per job, and jobs do not overlap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>

#include "base/workers.h"

enum { WORKERS = 5 };

static void count_one(void *context, size_t worker)
{
    atomic_size_t *counts = context;
    counts[worker]++;
}

static void every_worker_is_called_once_per_job(void **state)
{
    (void)state;
    atomic_size_t counts[WORKERS] = {0};
    struct workers *workers;
    assert_true(workers_open(&workers, WORKERS, NULL));
    for (size_t round = 1; round <= 200; round++) {
        workers_run(workers, 0, count_one, counts);
        for (size_t i = 0; i < WORKERS; i++)
            assert_int_equal(counts[i], round);
    }
    workers_close(workers);
}

struct shared {
    struct workers *workers;
    atomic_size_t taken[1000];
};

static void take_items(void *context, size_t worker)
{
    (void)worker;
    struct shared *shared = context;
    for (size_t item; workers_take_item(shared->workers, &item);)
        shared->taken[item]++;
}

static void every_item_is_taken_once_per_job(void **state)
{
    (void)state;
    struct shared shared = {0};
    assert_true(workers_open(&shared.workers, WORKERS, NULL));
    for (size_t items = 0; items <= 1000; items += 250)
        workers_run(shared.workers, items, take_items, &shared);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(shared.taken[i], 4 - i / 250);
    workers_close(shared.workers);
}

static void a_single_worker_is_the_caller(void **state)
{
    (void)state;
    atomic_size_t count = 0;
    struct workers *workers;
    assert_true(workers_open(&workers, 1, NULL));
    workers_run(workers, 0, count_one, &count);
    assert_int_equal(count, 1);
    workers_close(workers);
    workers_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_worker_is_called_once_per_job),
        cmocka_unit_test(every_item_is_taken_once_per_job),
        cmocka_unit_test(a_single_worker_is_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

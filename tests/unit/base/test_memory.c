/* test_memory.c - arenas, growing arrays, hashes, and memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/memory.h"

static void arena_memory_is_zeroed_even_when_used_again(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 100000; size = size * 3 + 1) {
            char *bytes = arena_alloc(&arena, size, 1);
            assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(bytes[i], 0);
            memset(bytes, 'x', size);
        }
        arena_reset(&arena);
        assert_int_equal(arena.used, 0);
    }
    struct text copy = arena_copy_text(&arena, TEXT("grain"));
    assert_string_equal(copy.bytes, "grain");
    struct text printed = arena_format(&arena, "%s:%d", "weekly.job", 12);
    assert_true(text_equal(printed, TEXT("weekly.job:12")));
    arena_free(&arena);
}

/* Runs in a child, since running out ends the process. */
static int exit_code_of(void (*run)(void))
{
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        run();
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Linked with -Wl,--wrap=calloc: the nth call fails. */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static size_t calloc_countdown;

void *__wrap_calloc(size_t count, size_t size)
{
    return calloc_countdown && --calloc_countdown == 0 ? NULL : __real_calloc(count, size);
}

static void fail_the_second_allocation(void)
{
    calloc_countdown = 2;
    free(memory_alloc(1, 8));
    free(memory_alloc(1, 8));
}

static void overflow_a_product(void)
{
    free(memory_alloc(SIZE_MAX / 2, 4));
}

static void no_failure(void)
{
    free(memory_alloc(0, 8));
}

static void running_out_of_memory_ends_the_program_with_code_4(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(no_failure), 0);
    assert_int_equal(exit_code_of(fail_the_second_allocation), 4);
    assert_int_equal(exit_code_of(overflow_a_product), 4);
}

static void arrays_grow_by_doubling(void **state)
{
    (void)state;
    int *items = NULL;
    size_t capacity = 0;
    for (size_t count = 0; count < 1000; count++) {
        items = memory_grow(items, &capacity, count + 1, sizeof(*items));
        items[count] = (int)count;
        assert_true(capacity > count);
    }
    assert_int_equal(items[999], 999);
    assert_int_equal(capacity, 1024);
    free(items);
}

static void hashes_know_where_parts_end_and_print_back(void **state)
{
    (void)state;
    uint64_t one = hash_combine(hash_combine(HASH_SEED, TEXT("ab")), TEXT("c"));
    uint64_t other = hash_combine(hash_combine(HASH_SEED, TEXT("a")), TEXT("bc"));
    assert_true(one != other);
    char digits[17];
    uint64_t back;
    hash_format(one, digits);
    assert_true(hash_parse(text_of(digits), &back));
    assert_true(back == one);
    assert_false(hash_parse(TEXT("0123456789abcdeG"), &back));
    /* Saved identities hang on this value: it may never change. */
    assert_true(hash_text(TEXT("")) == UINT64_C(0x2d06800538d394c2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_memory_is_zeroed_even_when_used_again),
        cmocka_unit_test(running_out_of_memory_ends_the_program_with_code_4),
        cmocka_unit_test(arrays_grow_by_doubling),
        cmocka_unit_test(hashes_know_where_parts_end_and_print_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_keyed_hash.c - base/keyed_hash.c: known values, and keys in files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/keyed_hash.h"

/* As Python's hashlib.blake2b(value, digest_size=16, key=bytes(range(32)), person=purpose) gives
 * them: the first eight bytes, little-endian. */
static const struct {
    const char *purpose;
    struct text value;
    uint64_t hash;
} examples[] = {
    {"author", TEXT("Kim"), UINT64_C(0x03877e2c1e6a8821)},
    {"author", TEXT(""), UINT64_C(0xc5923cea6711aef2)},
    {"external id", TEXT("kim@post.example"), UINT64_C(0xc27964f3f44f119f)},
    {"sixteen bytes ..", TEXT("한국어"), UINT64_C(0xf3e5b6439616b89a)},
};

static struct hash_key counting_key(void)
{
    struct hash_key key;
    for (size_t i = 0; i < HASH_KEY_SIZE; i++)
        key.bytes[i] = (unsigned char)i;
    return key;
}

static void hashes_are_those_of_another_implementation(void **state)
{
    (void)state;
    struct hash_key key = counting_key();
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
        if (keyed_hash(&key, examples[i].purpose, examples[i].value) != examples[i].hash)
            fail_msg("%s %s", examples[i].purpose, examples[i].value.bytes);
}

static void another_key_gives_other_hashes(void **state)
{
    (void)state;
    struct hash_key a, b;
    assert_true(hash_key_generate(&a, NULL) && hash_key_generate(&b, NULL));
    assert_true(keyed_hash(&a, "author", TEXT("Kim")) != keyed_hash(&b, "author", TEXT("Kim")));
}

static void keys_are_read_as_written(void **state)
{
    (void)state;
    char path[] = "/tmp/winnow-key-XXXXXX";
    close(mkstemp(path));
    struct error error = {0};
    struct hash_key key = counting_key(), read = {{0}};
    assert_true(hash_key_write(&key, path, &error));
    assert_true(hash_key_read(&read, path, &error));
    assert_memory_equal(&key, &read, sizeof(key));
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    unlink(path);
}

static void other_files_are_no_keys(void **state)
{
    (void)state;
    static const char *const contents[] = {
        "", "0011", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00"};
    for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++) {
        char path[] = "/tmp/winnow-key-XXXXXX";
        FILE *file = fdopen(mkstemp(path), "w");
        fputs(contents[i], file);
        fclose(file);
        struct error error = {0};
        struct hash_key key;
        assert_false(hash_key_read(&key, path, &error));
        assert_int_equal(error.kind, ERROR_STORE);
        assert_non_null(strstr(error.message, "expected 64 hexadecimal digits"));
        unlink(path);
        assert_false(hash_key_read(&key, path, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_another_implementation),
        cmocka_unit_test(another_key_gives_other_hashes),
        cmocka_unit_test(keys_are_read_as_written),
        cmocka_unit_test(other_files_are_no_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

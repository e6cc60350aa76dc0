/* keyed_hash.c - keys, their files, and BLAKE2b. */
#include "base/keyed_hash.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/ascii.h"
#include "base/file.h"

enum { MAX_KEY_FILE_SIZE = 4096 };

bool hash_key_generate(struct hash_key *key, struct error *error)
{
    if (sodium_init() < 0)
        return error_set(error, ERROR_STORE, "the system has no source of random numbers");
    randombytes_buf(key->bytes, sizeof(key->bytes));
    return true;
}

bool hash_key_read(struct hash_key *key, const char *path, struct error *error)
{
    struct arena arena = {0};
    struct text digits;
    bool ok = file_read(path, (struct file_limits){MAX_KEY_FILE_SIZE, ERROR_STORE}, &arena, &digits,
                        error);
    if (ok) {
        digits = text_trim(digits);
        ok = digits.size == 2 * HASH_KEY_SIZE;
        for (size_t i = 0; ok && i < HASH_KEY_SIZE; i++) {
            int high = ascii_hex_value(digits.bytes[2 * i]),
                low = ascii_hex_value(digits.bytes[2 * i + 1]);
            ok = high >= 0 && low >= 0;
            key->bytes[i] = (unsigned char)(high * 16 + low);
        }
        if (!ok)
            error_set(error, ERROR_STORE, "%s: not a key file: expected %d hexadecimal digits",
                      path, 2 * HASH_KEY_SIZE);
    }
    arena_free(&arena);
    return ok;
}

bool hash_key_write(const struct hash_key *key, const char *path, struct error *error)
{
    struct file_writer writer;
    if (!file_writer_open(&writer, path, error))
        return false;
    for (size_t i = 0; i < HASH_KEY_SIZE; i++)
        fprintf(writer.stream, "%02x", key->bytes[i]);
    fputc('\n', writer.stream);
    return file_writer_commit(&writer, error);
}

uint64_t keyed_hash(const struct hash_key *key, const char *purpose, struct text value)
{
    unsigned char personal[crypto_generichash_blake2b_PERSONALBYTES] = {0};
    unsigned char digest[crypto_generichash_blake2b_BYTES_MIN];
    size_t size = strlen(purpose);
    assert(size <= sizeof(personal));
    memcpy(personal, purpose, size);
    crypto_generichash_blake2b_salt_personal(digest, sizeof(digest),
                                             (const unsigned char *)value.bytes, value.size,
                                             key->bytes, sizeof(key->bytes), NULL, personal);
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof(hash); i++)
        hash |= (uint64_t)digest[i] << (8 * i);
    return hash;
}

void sha256_format_base64(struct text text, char base64[SHA256_BASE64_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)text.bytes, text.size);
    sodium_bin2base64(base64, SHA256_BASE64_SIZE, digest, sizeof(digest),
                      sodium_base64_VARIANT_ORIGINAL);
}

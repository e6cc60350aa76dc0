/* keyed_hash.h - hashes of personal values. Without the key, the value cannot be found by hashing a
 * list of likely ones. Keyed BLAKE2b (RFC 7693), from libsodium; and its SHA-256. */
#ifndef BASE_KEYED_HASH_H
#define BASE_KEYED_HASH_H

#include "base/error.h"
#include "base/text.h"

enum { HASH_KEY_SIZE = 32 };

struct hash_key {
    unsigned char bytes[HASH_KEY_SIZE];
};

/* Fills the key with random bytes of the operating system. */
bool hash_key_generate(struct hash_key *key, struct error *error);

/* Reads a key file: 64 hexadecimal digits and a line feed. ERROR_STORE if it cannot be read or is
 * not a key file. */
bool hash_key_read(struct hash_key *key, const char *path, struct error *error);

/* Writes a key file with mode 0600. */
bool hash_key_write(const struct hash_key *key, const char *path, struct error *error);

/* Purposes of the hashes that the database holds. */
#define HASH_PURPOSE_AUTHOR "author"
#define HASH_PURPOSE_EXTERNAL_ID "external id"
#define HASH_PURPOSE_CHECK "check" /* of TEXT("winnow"): recognizes the key */

/* 64 bits. Hashes for one `purpose` (at most 16 bytes) cannot be compared with those for another.
 */
uint64_t keyed_hash(const struct hash_key *key, const char *purpose, struct text value);

enum { SHA256_BASE64_SIZE = 45 };

/* The SHA-256 digest in base64 with a NUL, as a Content-Security-Policy names a script. */
void sha256_format_base64(struct text text, char base64[SHA256_BASE64_SIZE]);

#endif

/* fuzz_chat.c - recognizes and reads any bytes as an exported chat. */
#include <stdint.h>

#include "connectors/connectors.h"
#include "tests/support/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    check_connector_invariants(&chat_connector, (struct text){(const char *)bytes, size});
    return 0;
}

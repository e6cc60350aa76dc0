/* members.c - walks the members of JSON objects by their brackets and quotes. */
#include "connectors/json/members.h"

#include "connectors/json/scan.h"

char json_byte_at(struct text text, size_t at)
{
    return at < text.size ? text.bytes[at] : '\0';
}

size_t json_find_string_end(struct text text, size_t at)
{
    for (at++; at < text.size; at++) {
        if (text.bytes[at] == '\\')
            at++;
        else if (text.bytes[at] == '"')
            return at + 1;
    }
    return 0;
}

size_t json_find_value_end(struct text text, size_t at)
{
    size_t depth = 0;
    while (at < text.size) {
        char byte = text.bytes[at];
        if (byte == '"') {
            at = json_find_string_end(text, at);
            if (at == 0)
                return 0;
            continue;
        }
        at++;
        depth += byte == '{' || byte == '[';
        if ((byte == '}' || byte == ']') && --depth == 0)
            return at;
    }
    return 0;
}

bool json_take_member(struct text head, size_t *at, struct object_member *object_member)
{
    if (json_byte_at(head, *at) != '{' && json_byte_at(head, *at) != ',')
        return false;
    size_t begin = json_skip_blanks(head, *at + 1);
    size_t end = json_byte_at(head, begin) == '"' ? json_find_string_end(head, begin) : 0;
    size_t colon = json_skip_blanks(head, end);
    if (end == 0 || json_byte_at(head, colon) != ':')
        return false;
    object_member->name = text_slice(head, begin + 1, end - 1);
    object_member->value = json_skip_blanks(head, colon + 1);
    char opening_byte = json_byte_at(head, object_member->value);
    end = opening_byte == '{' || opening_byte == '['
              ? json_find_value_end(head, object_member->value)
              : object_member->value;
    object_member->end = end > 0 ? end : head.size;
    for (*at = object_member->end;
         *at < head.size && head.bytes[*at] != ',' && head.bytes[*at] != '}';) {
        end = head.bytes[*at] == '"' ? json_find_string_end(head, *at) : *at + 1;
        *at = end > 0 ? end : head.size;
    }
    return true;
}

bool json_take_object(struct text head, size_t *at, size_t *end)
{
    *at = json_skip_blanks_and_commas(head, *at);
    if (json_byte_at(head, *at) != '{')
        return false;
    size_t found = json_find_value_end(head, *at);
    *end = found > 0 ? found : head.size;
    return true;
}

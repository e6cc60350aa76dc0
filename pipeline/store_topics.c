/* store_topics.c - how reports count and name topics. */
#include "pipeline/store_private.h"

static bool insert_topic(struct store *store, size_t number, const struct shown_topic *topic,
                         struct error *error)
{
    struct sql_statement *insert =
        sql_prepare(store->sql, "INSERT INTO topic VALUES (?, ?, ?, ?, ?, ?)", error);
    sql_bind_text(insert, 1, topic->id);
    sql_bind_hash(insert, 2, number);
    sql_bind_text(insert, 3, topic->reported);
    sql_bind_text(insert, 4, topic->name);
    sql_bind_text(insert, 5, topic->parent);
    sql_bind_text(insert, 6, topic->owner);
    return sql_run(insert, error);
}

bool store_save_shown_topics(struct store *store, const struct shown_topic *topics, size_t count,
                             struct error *error)
{
    if (!sql_begin(store->sql, error))
        return false;
    bool ok = sql_execute(store->sql, "DELETE FROM topic", error);
    store->has_plain_topics = count == 0;
    for (size_t i = 0; ok && i < count; i++)
        ok = insert_topic(store, i, &topics[i], error);
    return sql_end(store->sql, ok, error);
}

bool store_for_each_shown_topic(struct store *store,
                                bool (*visit)(void *user, const struct shown_topic *topic,
                                              struct error *error),
                                void *user, struct error *error)
{
    struct sql_statement *rows = sql_prepare(
        store->sql, "SELECT id, reported, name, parent, owner FROM topic ORDER BY number", error);
    bool ok = true;
    while (ok && sql_next_row(rows)) {
        const struct shown_topic topic = {.id = sql_text(rows, 0),
                                          .reported = sql_text(rows, 1),
                                          .name = sql_text(rows, 2),
                                          .parent = sql_text(rows, 3),
                                          .owner = sql_text(rows, 4)};
        ok = visit(user, &topic, error);
    }
    return sql_finish(rows, error) && ok;
}

struct text store_get_topic_name(struct store *store, struct text id, struct arena *arena,
                                 struct error *error)
{
    struct sql_statement *find =
        sql_prepare(store->sql, "SELECT name FROM topic WHERE id = ?", error);
    sql_bind_text(find, 1, id);
    struct text name =
        sql_next_row(find) ? arena_copy_text(arena, sql_text(find, 0)) : arena_copy_text(arena, id);
    return sql_finish(find, error) ? name : (struct text){0};
}

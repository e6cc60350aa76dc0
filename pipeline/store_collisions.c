/* store_collisions.c - after pass 1: ids that the files of a source give to different records. */
#include "pipeline/store_private.h"

/* An edit changes the text or the date of a few records. If a tenth of a source's records change
 * both within one run, its files number their rows on their own. */
bool store_for_each_id_collision(struct store *store,
                                 bool (*visit)(void *user, const struct id_collision *id_collision,
                                               struct error *error),
                                 void *user, struct error *error)
{
    struct sql_statement *sources = sql_prepare(
        store->sql,
        "SELECT f.source, count(DISTINCT f.id) AS replaced,"
        " (SELECT count(*) FROM feedback AS g WHERE g.source = f.source AND g.run_id = ?1) AS saved"
        " FROM revision AS r JOIN feedback AS f ON f.id = r.feedback_id"
        " WHERE r.run_id = ?1 AND f.run_id = ?1 AND f.external_id IS NOT NULL"
        " AND r.text_hash <> f.text_hash AND r.created_at IS NOT f.created_at"
        " GROUP BY f.source HAVING replaced >= 2 AND replaced * 10 >= saved ORDER BY f.source",
        error);
    sql_bind_hash(sources, 1, store->run_id);
    bool ok = true;
    while (ok && sql_next_row(sources)) {
        struct id_collision id_collision = {.source = sql_text(sources, 0),
                                            .records = sql_hash(sources, 1)};
        ok = visit(user, &id_collision, error);
    }
    return sql_finish(sources, error) && ok;
}

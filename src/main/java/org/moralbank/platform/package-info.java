/**
 * Mechanisms: problem details, canonical JSON, languages, the database's start. They call nothing of the bank. Three name it in
 * what they say or hold: the API's description in prose ({@link org.moralbank.platform.ApiDescription}), the table of problems,
 * which writes amounts of points and hours, and the embedded database, whose folder has the log's key.
 *
 * <p><b>Migrations.</b> The first of a package, in {@code db/migration}, makes its tables. Whatever changes them later is a
 * migration of its own, one a change, and not an edit of the first: a database that has applied it would not apply it again,
 * and Flyway refuses to start where an applied one reads otherwise. So an old database and a new one come to the same tables by
 * the same steps. The walls, {@code R__walls.sql}, are apart, and applied again whenever that file changes.
 */
@NullMarked
package org.moralbank.platform;

import org.jspecify.annotations.NullMarked;

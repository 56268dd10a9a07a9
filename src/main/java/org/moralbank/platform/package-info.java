/**
 * Mechanisms: problem details, canonical JSON, languages, the database's start. They call nothing of the bank. Three name it in
 * what they say or hold: the API's description in prose ({@link org.moralbank.platform.ApiDescription}), the table of problems,
 * which writes amounts of points and hours, and the embedded database, whose folder has the log's key.
 */
@NullMarked
package org.moralbank.platform;

import org.jspecify.annotations.NullMarked;

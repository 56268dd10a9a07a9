/** Mechanisms that know nothing of banks: problem details, canonical JSON, languages, the database's start. */
@NullMarked
package org.moralbank.platform;

import org.jspecify.annotations.NullMarked;

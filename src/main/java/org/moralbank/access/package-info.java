/**
 * Who asks, and what he may: API clients, their keys, roles and books.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.access.Client client} is a program: a community app, a till, an auditor's
 * tool. It has {@linkplain org.moralbank.access.Role roles}, the books it may use ({@code *} for all), and keys
 * ({@code Authorization: Bearer mb_…}). A {@linkplain org.moralbank.access.Caller caller} is a client that showed a key.
 * Tokens of an identity provider will become callers in {@link org.moralbank.access.Callers}, the only place that reads
 * the header.
 *
 * <p><b>Rules.</b> Without a valid key 401. Another book than the client's is 404, so that ids tell nothing. A role that
 * may not is 403, and so is, where books and organisation units are made, who may not use every book. A revoked key is
 * refused within five seconds everywhere, and at once by every commit, which reads the key again under its lock: who revokes
 * is answered when the commits that were under way then are over.
 *
 * <p><b>The first client.</b> {@code moralbank.access.operator-key} makes the client {@code operator} at the first start;
 * operators make all others, for books of their own only. When no operator of every book has a key that works any more, a later
 * start makes the setting's, if it is a new one, a key of that client: who may set it has the database's password, too.
 *
 * <p><b>Tills.</b> A TERMINAL belongs to one merchant and may be one terminal of it. A terminal that is registered with its
 * merchant gets its client with its first {@linkplain org.moralbank.access.TerminalKeys key}, and has two keys at most that
 * work.
 *
 * <p><b>Bodies.</b> All bodies are read {@linkplain org.moralbank.access.BodyReader here}. Their size, the number of their
 * tokens and the {@linkplain org.moralbank.access.BulkRequest items} of a bulk or of a
 * {@linkplain org.moralbank.access.LinesRequest job of lines} are bounded before they are trees, and so is the
 * {@linkplain org.moralbank.access.Bodies room} of all together: beyond it 429.
 * A POST that has no body takes none, but for an object without fields; a few have one that may be {@linkplain
 * org.moralbank.access.LeftOut left out}.
 *
 * <p><b>Why a filter of our own</b> and not the security layer of the framework: a caller is needed in every commit, with
 * his key, and the lookup is one map access on the way of every request.
 *
 * <p><b>Tables.</b> {@code access_client}, {@code access_key}. <b>Endpoints.</b> {@code /v1/clients}; {@code /v1/answers} is in
 * the ledger package, which knows books.
 *
 * <p><b>What never happens.</b> A key is not stored, only its SHA-256, and is shown once.
 */
@NullMarked
package org.moralbank.access;

import org.jspecify.annotations.NullMarked;

// Package pqcache keeps prepared statements per connection under Ent.
//
// Ent sends every statement as text with arguments, so lib/pq parses,
// describes and plans it anew each time: two round trips instead of one. The
// connector of this package wraps lib/pq's and sends such a text through a
// statement prepared earlier on the same connection.
//
// What is kept: a single statement with arguments, at most 16 KiB long, that
// starts with SELECT, INSERT, UPDATE, DELETE or WITH and does not carry the
// [Unprepared] marker. Everything else reaches lib/pq as it came, COPY
// included.
//
// A list of values goes as one array, = ANY($1) for IN ($1, $2): Ent's text has another
// length for each number of values, and none would be kept for the next one.
//
// What a kept statement does not change: arguments are converted by the
// connection's own checker before the text is looked up, and results are
// decoded by lib/pq, so answers are equal with the cache on and off. One thing
// differs: a cancelled kept statement leaves its connection in the pool,
// whereas lib/pq alone throws the connection away.
//
// When a kept statement goes stale (a column added under SELECT *, a
// DEALLOCATE the wrapper did not see) the server answers SQLSTATE 0A000 or
// 26000. The connection's statements are dropped, and the text is sent once
// more if no transaction is open. Inside a transaction the error is returned:
// the transaction is lost, and the caller's retry loop treats 0A000 and 26000
// like 40001.
//
// One kind of staleness cannot be recognised: when a column's type changes, a
// kept statement goes on with the parameter type it was prepared with (22P02).
// The pool must therefore set a maximum connection lifetime (five minutes).
//
// plan_cache_mode stays "auto": a forced generic plan makes lists by scope
// thousands of times slower. Those lists are sent [Unprepared].
//
// A notice handler goes inside (pq.ConnectorWithNoticeHandler around lib/pq's
// connector, [New] around that), because lib/pq's setters accept its own
// connection only.
//
// The package imports the standard library and lib/pq, nothing of this module.
// Lists aside it must not rewrite statements, and it must not log their text or arguments.
package pqcache

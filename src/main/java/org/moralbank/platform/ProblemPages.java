package org.moralbank.platform;

/** The table of problems as HTML. */
final class ProblemPages {
    /** The words of the pages themselves. */
    private record Words(
            String heading, String code, String status, String retry, String yes, String no, String action) {
        static Words in(Language language) {
            return switch (language) {
                case EN ->
                    new Words(
                            "Problems",
                            "Code",
                            "Status",
                            "Retry with the same key",
                            "may help",
                            "does not help",
                            "What to do");
                case ZH -> new Words("问题代码", "代码", "状态码", "用同一键重试", "可能成功", "不会成功", "处理办法");
            };
        }
    }

    private ProblemPages() {}

    /** All codes, with a link to each. */
    static String index(Language language) {
        Words words = Words.in(language);
        StringBuilder rows = new StringBuilder();
        for (ProblemTable.Entry entry : ProblemTable.all()) {
            rows.append("<tr><td>")
                    .append(entry.status())
                    .append("<td><a href=\"/problems/")
                    .append(escaped(entry.code()))
                    .append("\"><code>")
                    .append(escaped(entry.code()))
                    .append("</code></a><td>")
                    .append(escaped(entry.title(language)))
                    .append('\n');
        }
        return document(language, words.heading(), """
                <h1>%s</h1>
                <table>
                %s</table>
                """.formatted(escaped(words.heading()), rows));
    }

    /** One code; the facts of its sentence stand as {@code {fact}}. */
    static String of(ProblemTable.Entry entry, Language language) {
        Words words = Words.in(language);
        ProblemTable.Text text = entry.text(language);
        return document(language, text.title(), """
                <h1>%s</h1>
                <p>%s</p>%s
                <table>
                <tr><th>%s<td><code>%s</code>
                <tr><th>%s<td>%d
                <tr><th>%s<td>%s
                <tr><th>%s<td>%s
                </table>
                <p><a href="/problems">%s</a></p>
                """.formatted(
                        escaped(text.title()),
                        escaped(text.detail()),
                        text.otherwise() == null ? "" : "\n<p>" + escaped(text.otherwise()) + "</p>",
                        escaped(words.code()),
                        escaped(entry.code()),
                        escaped(words.status()),
                        entry.status(),
                        escaped(words.retry()),
                        escaped(entry.retryable() ? words.yes() : words.no()),
                        escaped(words.action()),
                        escaped(text.action()),
                        escaped(words.heading())));
    }

    private static String document(Language language, String title, String body) {
        return """
                <!DOCTYPE html>
                <html lang="%s">
                <meta charset="UTF-8">
                <meta name="viewport" content="width=device-width">
                <title>%s</title>
                <style>
                body { font-family: sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; line-height: 1.5 }
                th, td { text-align: left; vertical-align: top; padding: 0.2em 1em 0.2em 0 }
                </style>
                %s</html>
                """.formatted(language.tag(), escaped(title), body);
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

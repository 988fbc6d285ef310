namespace Herald.Postgres.Migrations;

/// <summary>
/// The statements of an SQL file with their positions, so that errors can be reported by line. A semicolon ends a statement unless it is in
/// a string, a quoted name, a comment or parentheses.
/// </summary>
internal static class SqlScript
{
    public static IReadOnlyList<SqlStatement> Split(string text)
    {
        var statements = new List<SqlStatement>();
        var (begin, depth) = (-1, 0);
        for (var at = 0; at < text.Length;)
        {
            var next = SkipComment(text, at);
            if (next > at)
            {
                at = next;
                continue;
            }
            if (text[at] == ';' && depth == 0)
            {
                if (begin >= 0)
                    statements.Add(new(text[begin..at], begin));
                begin = -1;
                at++;
                continue;
            }
            if (begin < 0 && !char.IsWhiteSpace(text[at]))
                begin = at;
            depth += text[at] switch { '(' => 1, ')' => -1, _ => 0 };
            at = SkipQuoted(text, at) is var end && end > at ? end : at + 1;
        }
        if (begin >= 0)
            statements.Add(new(text[begin..].TrimEnd(), begin));
        return statements;
    }

    /// <summary>Returns line and column, from 1, and the text of the line.</summary>
    public static (int Line, int Column, string Text) Locate(string text, int offset)
    {
        offset = Math.Clamp(offset, 0, text.Length);
        var begin = offset == 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;
        var end = text.IndexOf('\n', offset);
        return (text.AsSpan(0, begin).Count('\n') + 1, offset - begin + 1, text[begin..(end < 0 ? text.Length : end)].TrimEnd());
    }

    private static int SkipComment(string text, int at)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("--"))
            return rest.IndexOf('\n') is var line and >= 0 ? at + line : text.Length;
        if (!rest.StartsWith("/*"))
            return at;
        // These comments nest.
        var depth = 0;
        for (; at < text.Length; at++)
        {
            rest = text.AsSpan(at);
            if (!rest.StartsWith("/*") && !rest.StartsWith("*/"))
                continue;
            depth += rest[0] == '/' ? 1 : -1;
            at++;
            if (depth == 0)
                return at + 1;
        }
        return at;
    }

    private static int SkipQuoted(string text, int at) => text[at] switch
    {
        // Two quotes within a string end it and begin it again, which gives the same result.
        '\'' => SkipString(text, at, backslashes: at > 0 && text[at - 1] is 'e' or 'E' && (at < 2 || !IsWord(text[at - 2]))),
        '"' => After(text, text.IndexOf('"', at + 1), 1),
        '$' when at == 0 || !IsWord(text[at - 1]) => SkipDollars(text, at),
        _ => at,
    };

    private static int SkipString(string text, int at, bool backslashes)
    {
        for (at++; at < text.Length && text[at] != '\''; at++)
            if (backslashes && text[at] == '\\')
                at++;
        return Math.Min(at + 1, text.Length);
    }

    /// <summary>Skips <c>$tag$ … $tag$</c>. The tag can be empty, but does not begin with a digit (<c>$1</c> is a parameter).</summary>
    private static int SkipDollars(string text, int at)
    {
        var end = at + 1;
        while (end < text.Length && IsWord(text[end]))
            end++;
        if (end == text.Length || text[end] != '$' || char.IsAsciiDigit(text[at + 1]))
            return at;
        var tag = text[at..(end + 1)];
        return After(text, text.IndexOf(tag, end + 1, StringComparison.Ordinal), tag.Length);
    }

    private static int After(string text, int found, int length) => found < 0 ? text.Length : found + length;

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}

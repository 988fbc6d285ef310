namespace Herald.TestKit.Documentation;

/// <summary>One <c>http</c> block of docs/api.md: a request and what is answered.</summary>
public sealed record ApiExample(string Method, string Path, string ContentType, string Body, int Status, string Answer)
{
    public static IEnumerable<ApiExample> ReadAll(string markdown)
    {
        foreach (var block in markdown.ReplaceLineEndings("\n").Split("```http\n").Skip(1))
        {
            var text = block[..block.IndexOf("```", StringComparison.Ordinal)];
            var answerAt = text.IndexOf("HTTP/1.1 ", StringComparison.Ordinal);
            var (head, body) = Split(text[..answerAt].Trim());
            var (status, answer) = Split(text[answerAt..].Trim());
            var lines = head.Split('\n');
            var request = lines[0].Split(' ');
            var type = lines.Skip(1).FirstOrDefault(l => l.StartsWith("Content-Type: ", StringComparison.Ordinal))?["Content-Type: ".Length..] ?? "";
            yield return new(request[0], request[1], type, body, int.Parse(status.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), answer);
        }
    }

    private static (string Head, string Body) Split(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        return end < 0 ? (text, "") : (text[..end], text[(end + 2)..]);
    }
}

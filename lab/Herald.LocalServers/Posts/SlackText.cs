namespace Herald.LocalServers.Posts;

/// <summary>
/// How Slack shows a text, from https://docs.slack.dev/messaging/formatting-message-text: <c>&amp;</c>, <c>&lt;</c> and <c>&gt;</c> are
/// written as entities, and what stands between <c>&lt;</c> and <c>&gt;</c> is a link, a mention or a command.
/// </summary>
internal static class SlackText
{
    /// <returns>What a person reads. A link, a mention or a command is shown as <c>[special …]</c>.</returns>
    public static string Show(string text)
    {
        var start = text.IndexOf('<', StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf('>', start);
        if (end > start)
            return $"{Show(text[..start])}[special {text[(start + 1)..end]}]{Show(text[(end + 1)..])}";
        return text.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal);
    }
}

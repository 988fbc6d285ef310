using System.Text;
using Herald.Messages;

namespace Herald.Posts.Requests;

/// <summary>
/// The syntax that a provider sees in texts. The texts of a message are escaped, so that they arrive as they were written: nobody can
/// mention everybody or hide a link behind other words by what he writes into a message.
/// </summary>
public sealed class Markup
{
    /// <summary>The marks of https://support.discord.com/hc/articles/210298617 and of mentions.</summary>
    private const string DiscordMarks = "\\*_~`|<>#-[]()@:";

    private readonly Func<string, string> _escape;

    private Markup(string name, Func<string, string> escape) => (Name, _escape) = (name, escape);

    /// <summary>For providers that show texts as they are.</summary>
    public static readonly Markup None = new("none", text => text);

    private static readonly Markup[] All = [None, new("slack", Slack), new("discord", Discord), new("html", Html)];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(markup => markup.Name)];

    public string Name { get; }

    public static Markup? Find(string name) => Array.Find(All, markup => markup.Name == name);

    public string Escape(string text) => _escape(text);

    /// <summary>The message with escaped texts. Its recipient and its ids are not shown as texts.</summary>
    internal Message Apply(Message message) => this == None
        ? message
        : message with
        {
            Subject = message.Subject is null ? null : _escape(message.Subject),
            Text = _escape(message.Text),
            Category = message.Category is null ? null : _escape(message.Category),
            Data = message.Data.ToDictionary(pair => pair.Key, pair => _escape(pair.Value), StringComparer.Ordinal),
        };

    /// <summary>As in https://docs.slack.dev/messaging/formatting-message-text: only these three.</summary>
    private static string Slack(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Html(string text) => Slack(text).Replace("\"", "&quot;", StringComparison.Ordinal);

    /// <summary>A backslash takes the meaning of a mark away. Inside of a link, marks have none, and a backslash would break it.</summary>
    private static string Discord(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            if (LinkAt(text, i) is > 0 and var length)
            {
                escaped.Append(text, i, length);
                i += length - 1;
                continue;
            }
            if (DiscordMarks.Contains(text[i], StringComparison.Ordinal))
                escaped.Append('\\');
            escaped.Append(text[i]);
        }
        return escaped.ToString();
    }

    /// <summary>The length of the link that begins here; 0 when none does.</summary>
    private static int LinkAt(string text, int start)
    {
        var rest = text.AsSpan(start);
        var scheme = rest.StartsWith("https://", StringComparison.Ordinal) ? 8
            : rest.StartsWith("http://", StringComparison.Ordinal) ? 7 : 0;
        if (scheme == 0)
            return 0;
        var end = rest.IndexOfAnyExcept(LinkCharacters);
        var length = end < 0 ? rest.Length : end;
        return length > scheme ? length : 0;
    }

    private static readonly System.Buffers.SearchValues<char> LinkCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#@!$&+,;=%");
}

using System.Text;
using Herald.Hosting.Commands;

namespace Herald.Messages;

/// <summary>The words of a provider, made fit for results and logs: cleaned and bounded.</summary>
public static class ProviderText
{
    public const int LongestReason = 400, LongestAnswer = 4096;

    /// <summary>One line. Control characters become spaces, and half of a UTF-16 pair becomes the replacement character.</summary>
    public static string OneLine(string text, int most = LongestReason)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Cut first: the rest of a large answer need not be cleaned.
        return Whole(ForeignText.OneLine(Cut(text, most)).Trim());
    }

    /// <summary>The beginning of an answer, with its lines.</summary>
    public static string Answer(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Whole(Cut(text, LongestAnswer).Replace("\0", "\uFFFD", StringComparison.Ordinal));
    }

    private static string Cut(string text, int most)
    {
        if (text.Length <= most)
            return text;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most), "…");
    }

    private static string Whole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }
        return text;
    }
}

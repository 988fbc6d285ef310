using System.Text;

namespace Herald.Messages.Tests;

/// <summary>Texts with everything that has a meaning somewhere: line breaks, quotes, brackets, NUL, right-to-left marks.</summary>
internal static class HostileText
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", "\0", "\"", "'", "\\", "<", ">", "&", "=", "+", "%0d%0a", "{{to}}", "}}", "</script>", "\u2028", "\u202e",
        "\u05d0", "😀", "é", "€", ".", "\r\n.\r\n", "Bcc: eve@example.com", "\u0085", "\u001b[2J", " ", "\t", "abc",
    ];

    public static string Draw(Random random, int most)
    {
        var text = new StringBuilder();
        for (var n = random.Next(most / 4); n > 0; n--)
            text.Append(Pieces[random.Next(Pieces.Length)]);
        return text.ToString();
    }
}

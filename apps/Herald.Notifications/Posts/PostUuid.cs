using System.Buffers.Text;

namespace Herald.Notifications.Posts;

/// <summary>Uuids in posts and addresses: <c>8-4-4-4-12</c> hexadecimal digits, in any letter case.</summary>
internal static class PostUuid
{
    public const int TextLength = 36;

    public const string Rule = "A uuid is 32 hexadecimal digits and four hyphens, like 6fa459ea-ee8a-3ca4-894e-db77e160355e.";

    public static bool TryParse(ReadOnlySpan<byte> text, out Guid uuid)
    {
        uuid = default;
        return text.Length == TextLength && Utf8Parser.TryParse(text, out uuid, out var used, 'D') && used == TextLength;
    }

    public static bool TryParse(string? text, out Guid uuid)
    {
        uuid = default;
        return text?.Length == TextLength && Guid.TryParseExact(text, "D", out uuid);
    }
}

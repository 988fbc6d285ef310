using System.Text.Json;

namespace Herald.EndToEnd.Alarms;

/// <summary>The message that lists a user's new alarms.</summary>
internal static class Digest
{
    public static string UserOf(ReadOnlyMemory<byte> digest)
    {
        using var json = JsonDocument.Parse(digest);
        return json.RootElement.GetProperty("UserID").GetString()!;
    }
}

using System.Text.Json;

namespace Herald.EndToEnd.Alarms;

/// <summary>A message that says which of a user's alarms are new.</summary>
internal static class Digest
{
    public static string UserOf(ReadOnlyMemory<byte> digest)
    {
        using var json = JsonDocument.Parse(digest);
        return json.RootElement.GetProperty("UserID").GetString()!;
    }
}

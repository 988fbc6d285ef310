using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Herald.Soak.Traffic;

/// <summary>
/// One event. The payload contains the key and the number within the key, so the receiver does not rely on Herald's headers.
/// </summary>
internal readonly record struct Tale(string Key, long Number)
{
    private static readonly string[] Types = ["placed", "paid", "packed", "shipped"];

    /// <summary>The type that the receiver with a filter matches.</summary>
    public const string Picked = "paid";

    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Key}-{Number}");
    public string Type => Types[Number % Types.Length];
    public byte[] Payload => Encoding.UTF8.GetBytes($$"""{"key":"{{Key}}","number":{{Number}},"type":"{{Type}}"}""");

    /// <summary>The event as a line of a publish request.</summary>
    public string Line => $$"""{"id":"{{Id}}","key":"{{Key}}","type":"{{Type}}","payload":{{Encoding.UTF8.GetString(Payload)}}}""";

    public static Tale Parse(ReadOnlyMemory<byte> payload)
    {
        using var parsed = JsonDocument.Parse(payload);
        return new(parsed.RootElement.GetProperty("key").GetString()!, parsed.RootElement.GetProperty("number").GetInt64());
    }
}

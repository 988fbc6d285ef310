using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Herald.Soak.Traffic;

/// <summary>
/// One event: the number says which of its key it is, and the payload says it too, so that nothing in Herald's headers has to be believed.
/// </summary>
internal readonly record struct Tale(string Key, long Number)
{
    private static readonly string[] Types = ["placed", "paid", "packed", "shipped"];

    /// <summary>What the one that picks wants.</summary>
    public const string Picked = "paid";

    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Key}-{Number}");
    public string Type => Types[Number % Types.Length];
    public byte[] Payload => Encoding.UTF8.GetBytes($$"""{"key":"{{Key}}","number":{{Number}},"type":"{{Type}}"}""");

    /// <summary>As a line to publish.</summary>
    public string Line => $$"""{"id":"{{Id}}","key":"{{Key}}","type":"{{Type}}","payload":{{Encoding.UTF8.GetString(Payload)}}}""";

    public static Tale Parse(ReadOnlyMemory<byte> payload)
    {
        using var parsed = JsonDocument.Parse(payload);
        return new(parsed.RootElement.GetProperty("key").GetString()!, parsed.RootElement.GetProperty("number").GetInt64());
    }
}

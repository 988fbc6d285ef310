using System.Buffers;
using System.Text.Json;
using Herald.Hosting.Wire;

namespace Herald.Notifications.Doors;

/// <summary>What another program says became of a notification, as the payload of a <c>result</c> event.</summary>
/// <param name="Status">PROCESSED or FAILED.</param>
internal sealed record ExternalResult(NotificationStatus Status, string? Detail)
{
    /// <summary>The id of the event: there is one result for each notification.</summary>
    public static string IdOf(Guid uuid) => $"result/{uuid:D}";

    public byte[] ToPayload(long atMs)
    {
        var into = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(into))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, StatusText.Of(Status));
            if (Detail is not null)
                json.WriteString("detail"u8, Detail);
            json.WriteString("at"u8, TimeText.OfUnixMs(atMs));
            json.WriteEndObject();
        }
        return into.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">It is no payload of a result.</exception>
    public static ExternalResult Read(ReadOnlyMemory<byte> payload)
    {
        using var json = JsonDocument.Parse(payload);
        var fields = json.RootElement;
        return StatusText.Find(fields.GetProperty("status"u8).GetString() ?? "") is { } status
            ? new(status, fields.TryGetProperty("detail"u8, out var detail) ? detail.GetString() : null)
            : throw new InvalidDataException("A result has no status.");
    }
}

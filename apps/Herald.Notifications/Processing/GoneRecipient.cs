using System.Text;
using System.Text.Json;
using Herald.Messages;
using Herald.Notifications.Recipients;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Processing;

/// <summary>What is told to the rules of a recipient when a channel has learned that an address takes nothing any more.</summary>
internal static class GoneRecipient
{
    /// <returns>Null when the row does not name the recipient, or not enough of it.</returns>
    public static RecipientKey? Of(Row row)
    {
        if (row.Recipient is not { } to)
            return null;
        if (RecipientKey.IsPersonText(to))
            return RecipientKey.OfPerson(to);
        var isCut = Encoding.UTF8.GetByteCount(to) > Row.MostRecipientBytes - 4;
        if (row.Destination == Destination.Push && to.StartsWith('{'))
            return EndpointOf(to) is { } endpoint ? RecipientKey.OfAddress(row.Destination, endpoint) : null;
        return isCut ? null : RecipientKey.OfAddress(row.Destination, to);
    }

    /// <summary>The payload of <c>suppress</c>. A person has several addresses, and the destination says which one is gone.</summary>
    public static byte[] PayloadOf(Row row, long atMs) => SuppressPayload.Of(
        row.Destination == Destination.Push ? SuppressionReason.Expired : SuppressionReason.Bounced, "channel", atMs, row.Destination);

    /// <summary>The address in the subscription of a browser, of which the row has only the beginning.</summary>
    private static string? EndpointOf(string beginning)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(beginning), isFinalBlock: false, default);
        try
        {
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1 && json.ValueTextEquals("endpoint"u8))
                    return json.Read() && json.TokenType == JsonTokenType.String ? json.GetString() : null;
            }
        }
        catch (JsonException)
        {
            return null;
        }
        return null;
    }
}

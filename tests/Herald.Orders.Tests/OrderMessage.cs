using System.Globalization;
using System.Text;

namespace Herald.Orders.Tests;

/// <summary>A message as the order systems write it.</summary>
public sealed record OrderMessage(Guid Id, Guid Customer, Guid Order, string Type, string OccurredAt, long SequenceNumber)
{
    public static OrderMessage Of(Guid customer, Guid order, long sequence) => new(
        Guid.NewGuid(), customer, order, "state1", string.Create(CultureInfo.InvariantCulture, $"2026-01-31T12:00:{sequence % 60:00}.123456789Z"), sequence);

    // The text contains what no serializer would write, because the payload must arrive unchanged.
    public string Text => string.Create(CultureInfo.InvariantCulture,
        $$$"""{ "id":"{{{Id}}}","customer_id" : "{{{Customer}}}", "order_id":"{{{Order}}}","type":"{{{Type}}}","occurred_at":"{{{OccurredAt}}}","sequence_number":{{{SequenceNumber}}},"more":{"é":[1,2e3,null]}}""") + "\n";

    public byte[] Bytes => Encoding.UTF8.GetBytes(Text);
}

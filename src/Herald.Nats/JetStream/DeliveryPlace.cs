using System.Globalization;

namespace Herald.Nats.JetStream;

/// <summary>The place of a message in its stream, from the subject for its acknowledgement.</summary>
/// <param name="Deliveries">How often the consumer has delivered this message; 1 for the first time.</param>
/// <param name="Sequence">The sequence in the stream.</param>
/// <param name="ConsumerSequence">Counts deliveries of the consumer.</param>
/// <param name="TimeNs">When it was stored, in Unix nanoseconds.</param>
/// <param name="Pending">Messages that the consumer has not delivered yet.</param>
public readonly record struct DeliveryPlace(long Deliveries, long Sequence, long ConsumerSequence, long TimeNs, long Pending)
{
    public long TimeMs => TimeNs / 1_000_000;

    /// <summary>
    /// Reads <c>$JS.ACK.stream.consumer.deliveries.sequence.consumer-sequence.time.pending</c>. Some servers put a domain and an account
    /// before the stream.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> subject, out DeliveryPlace place)
    {
        place = default;
        if (!subject.StartsWith("$JS.ACK."))
            return false;
        Span<Range> tokens = stackalloc Range[16];
        var count = 0;
        foreach (var token in subject.Split('.'))
        {
            if (count == tokens.Length)
                return false;
            tokens[count++] = token;
        }
        var first = count switch { 9 => 4, >= 11 => 6, _ => -1 };
        if (first < 0)
            return false;
        Span<long> numbers = stackalloc long[5];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(subject[tokens[first + i]], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }
        place = new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        return true;
    }
}

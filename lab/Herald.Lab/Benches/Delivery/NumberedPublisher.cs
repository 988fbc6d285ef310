using System.Globalization;
using System.Text;
using Herald.Client;
using Herald.Lab.Benches.Load;

namespace Herald.Lab.Benches.Delivery;

/// <summary>Publishes to Herald directly, in batches, one after another.</summary>
internal sealed class NumberedPublisher(HeraldClient client) : INumberedPublisher
{
    private const int BatchEvents = 500;
    private const string AfterPayload = "}\n";
    private readonly KeyNumbers _numbers = new();

    public long Published { get; private set; }

    public async Task PublishAsync(int count, CancellationToken cancel)
    {
        for (var left = count; left > 0;)
        {
            var batch = Math.Min(left, BatchEvents);
            var reply = await client.Events.PublishLinesAsync(PublishShape.Topic, Body(batch), cancel);
            // All of the batch must be accepted: a missing number would leave a gap in its key.
            if (reply.Status != 202)
                throw new BenchException($"Herald did not accept a batch of {batch} events: {string.Join(" ", reply.ProblemLines())}");
            Published += batch;
            left -= batch;
        }
    }

    private byte[] Body(int count)
    {
        var body = new MemoryStream(count * 2 * NumberedPayload.Bytes);
        Span<byte> payload = stackalloc byte[NumberedPayload.Bytes];
        for (var i = 0; i < count; i++)
        {
            var (key, number) = _numbers.Next();
            NumberedPayload.Write(payload, key, number);
            body.Write(
                Encoding.ASCII.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $$"""{"id":"{{key:000}}-{{number:000000000000}}","key":"key-{{key:000}}","payload":""")));
            body.Write(payload);
            body.Write(Encoding.ASCII.GetBytes(AfterPayload));
        }
        return body.ToArray();
    }
}

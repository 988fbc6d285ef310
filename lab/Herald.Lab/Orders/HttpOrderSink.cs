using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Herald.Client;

namespace Herald.Lab.Orders;

/// <summary>Publishes to Herald directly, at the address of the topic.</summary>
/// <param name="client">Called for every try. With several servers, another one can answer then.</param>
internal sealed class HttpOrderSink(Func<HeraldClient> client, TimeSpan patience, TimeProvider time) : IOrderSink
{
    public const string Topic = "events";
    private readonly EventPublisher _publisher = new(client, Topic, patience, time);
    private readonly ArrayBufferWriter<byte> _body = new(256 * 1024);
    private readonly Utf8JsonWriter _json = new(new ArrayBufferWriter<byte>());

    public string Place => client().Server.ToString();

    public async Task<OrderSinkResult> PublishAsync(IReadOnlyList<OrderMessage> batch, CancellationToken cancel)
    {
        _body.ResetWrittenCount();
        foreach (var message in batch)
            Write(message);
        Reply<PublishAnswer> reply;
        try
        {
            reply = await _publisher.SendAsync(_body.WrittenMemory, cancel);
        }
        catch (Exception failure) when (failure is HttpRequestException || failure is TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return new(0, failure.Message);
        }
        if (reply.Status == 202)
            return new(batch.Count, null);
        // A batch of which nothing was accepted is a problem, which has the result of each event as well.
        var results = reply.Value?.Results ?? reply.Problem?.Results;
        if (results is null || results.Count != batch.Count)
            return new(0, string.Join(" ", reply.ProblemLines()));
        var refused = results.FirstOrDefault(result => !result.IsStored);
        return new(results.Count(result => result.IsStored), refused?.Problem?.ToString() ?? refused?.Status);
    }

    public ValueTask DisposeAsync() => _json.DisposeAsync();

    /// <summary>Writes an envelope as one line.</summary>
    private void Write(OrderMessage message)
    {
        _json.Reset(_body);
        _json.WriteStartObject();
        _json.WriteString("id"u8, message.Id);
        _json.WriteString("key"u8, message.OrderId);
        _json.WriteString("type"u8, message.Type);
        _json.WriteString("time"u8, message.OccurredAt.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        _json.WriteStartObject("attributes"u8);
        _json.WriteString("customer_id"u8, message.CustomerId);
        _json.WriteEndObject();
        _json.WritePropertyName("payload"u8);
        message.WriteTo(_json);
        _json.WriteEndObject();
        _json.Flush();
        _body.Write("\n"u8);
    }
}

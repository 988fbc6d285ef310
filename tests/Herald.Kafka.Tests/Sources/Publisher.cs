using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Herald.Kafka.Tests.Sources;

/// <summary>A producer that is not Herald's.</summary>
internal sealed class Publisher : IDisposable
{
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly string _topic;

    public Publisher(string servers, string topic, bool idempotent = true, string? transaction = null)
    {
        _topic = topic;
        var config = new ProducerConfig
        {
            BootstrapServers = servers,
            EnableIdempotence = idempotent,
            Acks = Acks.All,
            LingerMs = 2,
            TransactionalId = transaction,
            MessageTimeoutMs = 60_000,
        };
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        if (transaction is not null)
            _producer.InitTransactions(TimeSpan.FromSeconds(30));
    }

    public IProducer<byte[]?, byte[]?> Producer => _producer;

    /// <summary>A message as most senders write it: JSON, with an id in the headers.</summary>
    public static Message<byte[]?, byte[]?> Message(string key, string value, string? id = null, params (string Name, byte[]? Value)[] headers) =>
        Message(key, Encoding.UTF8.GetBytes(value), id, headers);

    public static Message<byte[]?, byte[]?> Message(string key, byte[] value, string? id = null, params (string Name, byte[]? Value)[] headers)
    {
        var all = new Headers();
        if (id is not null)
            all.Add("id", Encoding.UTF8.GetBytes(id));
        foreach (var (name, bytes) in headers)
            all.Add(name, bytes);
        return new() { Key = Encoding.UTF8.GetBytes(key), Value = value, Headers = all };
    }

    public Task SendAsync(string key, string value, string? id = null) => SendAsync(Message(key, value, id));

    public Task SendAsync(Message<byte[]?, byte[]?> message) => _producer.ProduceAsync(_topic, message);

    /// <summary>Sends numbered messages, in turn over the keys. The n-th message of a key has the value n.</summary>
    public Task SendNumberedAsync(int keys, int from, int count)
    {
        var all = new List<Task>(keys * count);
        for (var number = from; number < from + count; number++)
        {
            for (var key = 0; key < keys; key++)
            {
                var text = number.ToString(CultureInfo.InvariantCulture);
                all.Add(SendAsync($"key-{key}", text, $"key-{key}-{text}"));
            }
        }
        return Task.WhenAll(all);
    }

    public void Dispose() => _producer.Dispose();
}

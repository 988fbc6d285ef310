using System.Text;

namespace Herald.Kafka.Tests.Sources;

internal sealed record Received(string Id, string? Key, byte[] Payload, IReadOnlyDictionary<string, string> Attributes)
{
    public string Text => Encoding.UTF8.GetString(Payload);
}

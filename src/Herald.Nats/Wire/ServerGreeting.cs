using System.Text.Json;

namespace Herald.Nats.Wire;

/// <summary>What a server says of itself, as far as it matters here. (The reader of JSON keeps a default only where it may set the property later.)</summary>
public sealed record ServerGreeting
{
    public string ServerName { get; set; } = "";
    public string Version { get; set; } = "";

    /// <summary>Headers and payload of a message together.</summary>
    public int MaxPayload { get; set; } = 1 << 20;

    public bool Headers { get; set; }
    public bool Jetstream { get; set; }
    public bool TlsRequired { get; set; }
    public bool TlsAvailable { get; set; }

    /// <summary>The servers of its cluster, as <c>host:port</c>.</summary>
    public IReadOnlyList<string> ConnectUrls { get; set; } = [];

    /// <exception cref="ProtocolException">It is none.</exception>
    public static ServerGreeting Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var info = JsonSerializer.Deserialize(json, WireJson.Default.ServerGreeting);
            return info is { MaxPayload: > 0 } ? info : throw new ProtocolException("INFO says no max_payload.");
        }
        catch (JsonException malformed)
        {
            throw new ProtocolException($"INFO is not JSON: {malformed.Message}", malformed);
        }
    }
}

using Herald.Engine.Channels;

namespace Herald.Engine.Tests.Catalogs;

/// <summary>Accepts http and https endpoints, except those with the host <c>refused</c>.</summary>
internal sealed class PlainChannel : IChannel
{
    public static readonly ChannelSet Set = new([new PlainChannel()]);

    public IReadOnlyList<string> Schemes { get; } = ["http", "https"];

    public string? Refuse(Uri endpoint) => endpoint.Host == "refused" ? "This host is refused." : null;

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel) => throw new NotSupportedException();
}

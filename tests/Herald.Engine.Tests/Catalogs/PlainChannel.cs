using System.Security.Cryptography;
using Herald.Engine.Channels;

namespace Herald.Engine.Tests.Catalogs;

/// <summary>
/// Accepts http and https endpoints, except those with the host <c>refused</c>. They have the settings <c>subject</c> and <c>sender</c>, and a
/// secret.
/// </summary>
internal sealed class PlainChannel : IChannel
{
    public static readonly ChannelSet Set = new([new PlainChannel(), new BareChannel()]);

    public IReadOnlyList<string> Schemes { get; } = ["http", "https"];

    public IReadOnlyList<EndpointSetting> Settings { get; } =
    [
        new("subject", "A subject has 1 to 20 characters.", text => text.Length is >= 1 and <= 20),
        new("sender", "A sender has an '@'.", text => text.Contains('@', StringComparison.Ordinal)),
    ];

    public SecretRules? Secret { get; } = new(24, 64, "From 24 to 64 bytes.", () => RandomNumberGenerator.GetBytes(32));

    public string? Refuse(Uri endpoint) => endpoint.Host == "refused" ? "This host is refused." : null;

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel) => throw new NotSupportedException();
}

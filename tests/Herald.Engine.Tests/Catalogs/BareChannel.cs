using Herald.Engine.Channels;

namespace Herald.Engine.Tests.Catalogs;

/// <summary>Accepts <c>bare</c> endpoints. They have no settings and no secret.</summary>
internal sealed class BareChannel : IChannel
{
    public IReadOnlyList<string> Schemes { get; } = ["bare"];

    public string? Refuse(Uri address) => null;

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel) => throw new NotSupportedException();
}

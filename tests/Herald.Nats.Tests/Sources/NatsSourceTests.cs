using Herald.Contracts.Sources;

namespace Herald.Nats.Tests.Sources;

/// <summary>The contract of all sources, with a stream of a real server.</summary>
public sealed class NatsSourceTests : SourceContract
{
    protected override async Task<SourceHarness> CreateAsync(bool hasOwnBroker) => await NatsHarness.StartAsync(hasOwnBroker);
}

using Herald.Contracts.Sources;

namespace Herald.Kafka.Tests.Sources;

/// <summary>The contract of all sources, with a real broker.</summary>
public sealed class KafkaSourceTests : SourceContract
{
    protected override async Task<SourceHarness> CreateAsync(bool hasOwnBroker) => await KafkaHarness.StartAsync(hasOwnBroker);
}

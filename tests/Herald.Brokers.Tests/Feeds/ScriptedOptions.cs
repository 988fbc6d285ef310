namespace Herald.Brokers.Tests.Feeds;

/// <summary>The options of a broker that has no others.</summary>
internal sealed record ScriptedOptions : BrokerOptions
{
    public override string Group { get; init; } = "herald";
}
